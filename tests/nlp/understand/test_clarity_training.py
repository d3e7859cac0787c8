"""Fitting on a handful of own sentences: reproducible, readable back, and better than chance."""

from pathlib import Path

import pytest

from nlp.records import Clarity, Span
from nlp.understand.clarity import judge_clarity, load_clarity
from nlp.understand.clarity_training import LabelledDemand, cross_validated, fit_clarity, weights_json
from nlp.understand.facet_words import load_facet_words
from nlp.understand.layout import lay_out

ROOT = Path(__file__).resolve().parents[3]
WORDS = load_facet_words(ROOT / "corpora" / "lexicons" / "facets.toml")
THINGS = ("轴承", "电池", "涂料", "阀门", "喷头", "滤芯", "夹具", "饲料")
SHAPES: tuple[tuple[Clarity, str], ...] = (
    ("clear", "现有{}寿命短，无法满足使用。预期目标：必须符合国家标准，应具有报警功能，满足检测标准要求，能够实时显示。"),
    ("vague", "{}在使用过程中容易开裂，目前效果不理想，难以解决，导致成本高，影响质量。"),
    ("concept", "{}智能化平台，产业链转型升级，市场前景广阔。"),
)


def labelled(clarity: Clarity, shape: str, thing: str) -> LabelledDemand:
    title, text = f"{thing}研发", f"{thing}研发\n{shape.format(thing)}"
    layout = lay_out(title, text, len(title) + 1, WORDS)
    problem = None if clarity == "concept" else Span(start=layout.sentences[0].start, end=layout.sentences[0].end)
    return LabelledDemand(layout=layout, targets=(), clarity=clarity, problem=problem)


DEMANDS = [labelled(clarity, shape, thing) for thing in THINGS for clarity, shape in SHAPES]


def test_fit_is_reproducible_and_read_back(tmp_path: Path) -> None:
    fitted = weights_json(fit_clarity(DEMANDS, WORDS))
    assert fitted == weights_json(fit_clarity(DEMANDS, WORDS))
    (tmp_path / "weights.json").write_bytes(fitted)
    weights = load_clarity(tmp_path)
    assert [judge_clarity(d.layout, (), WORDS, weights).clarity for d in DEMANDS] == [d.clarity for d in DEMANDS]


@pytest.mark.parametrize("seed", [0, 1])
def test_cross_validation_judges_every_text(seed: int) -> None:
    verdicts = cross_validated(DEMANDS, WORDS, seed=seed)
    assert sum(v == d.clarity for v, d in zip(verdicts, DEMANDS, strict=True)) >= 0.9 * len(DEMANDS)
