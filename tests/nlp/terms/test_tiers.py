"""Both tiers end to end on a tiny random encoder; the committed weights where they are."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from nlp.errors import InvalidSetting, ModelUnavailable
from nlp.terms.background import count_background, load_background, save_background
from nlp.terms.explain import Explanation, explain_html, outer_spans
from nlp.terms.fast import FastScorer, load_fast
from nlp.terms.fast_spans import WordTable, lay_out
from nlp.terms.fast_training import FastExample, FastRecipe, train_fast, weights_of
from nlp.terms.judge import Judge
from nlp.terms.judge_training import remember, train_judge
from nlp.terms.lexicon import Lexicon
from nlp.terms.spans import Cutter, SpanReader
from nlp.terms.tagger import TermTagger
from nlp.terms.tagger_training import Labelled, Recipe, prepare, score_examples, train
from nlp.terms.tiers import FastExtractor, FullExtractor, load_extractor
from nlp.terms.weights import load_judge, load_tagger, save_judge, save_tagger

from .tiny_encoder import tiny_encoder

ROOT = Path(__file__).parents[3]
TERMS = ("光刻胶", "晶圆清洗设备", "半导体硅片", "晶圆")
PATTERNS = ("一种{}的工艺", "本发明涉及{}，用于{}", "{}和{}的工艺。", "高纯{}用于{}", "设备与{}的{}其工艺", "{}")
HOSTILE = st.text(st.one_of(st.characters(), st.sampled_from("光刻胶晶圆的，。\n\r\t \x00\u200b\ud800😀ＡB1α(（")), max_size=60)
CALM = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def labelled() -> list[Labelled]:
    texts = []
    for i in range(48):
        pair = (TERMS[i % 4], TERMS[(i // 4) % 4])
        text = PATTERNS[i % len(PATTERNS)].format(*pair)
        register = "patent" if i % 2 else "demand"
        texts.append(Labelled(text_id=f"t{i}", register=register, text=text, terms=frozenset(t for t in TERMS if t in text)))
    return texts


@pytest.fixture(scope="module")
def tagger(lexicon: Lexicon, tmp_path_factory: pytest.TempPathFactory) -> TermTagger:
    cutter = Cutter(lexicon)
    background = count_background(cutter.words(text.text) for text in labelled())
    return TermTagger(tiny_encoder(tmp_path_factory.mktemp("encoder")), SpanReader(lexicon, background), n_layers=1)


@pytest.fixture(scope="module")
def full(tagger: TermTagger) -> FullExtractor:
    examples = prepare(tagger, labelled())
    losses: list[str] = []
    train(tagger, examples, Recipe(epochs=6, rate=1e-3, head_rate=5e-3), losses.append)
    assert float(losses[-1].split()[-1]) < float(losses[0].split()[-1])
    judge, held_out = train_judge([e.labelled for e in examples], score_examples(tagger, examples))
    assert len(held_out) == len(examples)
    return FullExtractor(tagger, judge)


@pytest.fixture(scope="module")
def fast(lexicon: Lexicon) -> FastExtractor:
    cutter = Cutter(lexicon)
    examples = [FastExample(text=t.text, words=cutter.words(t.text), wanted=dict.fromkeys(t.terms, 1.0)) for t in labelled()]
    network = train_fast(examples, frozenset(lexicon.terms), FastRecipe(epochs=12, rate=1e-2))
    return FastExtractor(FastScorer(weights_of(network), lexicon, 1.0, 0.0, 0.4))


@pytest.mark.parametrize("tier", ["full", "fast"])
def test_learns_and_finds_every_place(tier: str, request: pytest.FixtureRequest) -> None:
    extractor = request.getfixturevalue(tier)
    text = "光刻胶的工艺，本发明涉及光刻胶"
    assert [(m.surface, m.start) for m in extractor.extract([("a", text)]) if m.surface == "光刻胶"] == [("光刻胶", 0), ("光刻胶", 12)]


@pytest.mark.parametrize("tier", ["full", "fast"])
def test_order_and_company_do_not_matter(tier: str, request: pytest.FixtureRequest) -> None:
    extractor = request.getfixturevalue(tier)
    units = [(t.text_id, t.text) for t in labelled()[:9]]
    assert extractor.extract(units) == extractor.extract(units[::-1])
    alone = {(m.unit_id, m.surface, m.start) for unit in units for m in extractor.extract([unit])}
    assert {(m.unit_id, m.surface, m.start) for m in extractor.extract(units)} == alone


@CALM
@given(text=HOSTILE)
def test_offsets_hold_on_hostile_text(text: str, full: FullExtractor, fast: FastExtractor) -> None:
    for extractor in (full, fast):
        for mention in extractor.extract([("u", text)]):
            assert text[mention.start : mention.end] == mention.surface
            assert 0 <= mention.score <= 1
        for explanation in extractor.explain(text):
            assert text[slice(*explanation.span)] == explanation.surface


def test_parts_add_up_to_the_score(full: FullExtractor) -> None:
    found = full.explain("一种光刻胶的工艺")
    assert found and all(a.score >= b.score for a, b in pairwise(found))
    for explanation in found:
        total = sum(value for _, value in explanation.parts)
        assert 1 / (1 + np.exp(-total)) == pytest.approx(explanation.score, abs=0.005)


def test_the_picture_is_one_inert_page(full: FullExtractor) -> None:
    text = "一种光刻胶<script>alert(1)</script>的工艺"
    page = explain_html(text, full.explain(text))
    assert page.startswith("<!DOCTYPE html>") and "<script>" not in page and "http" not in page.replace("http-equiv", "")


def test_a_text_is_not_helped_by_its_own_labels(tagger: TermTagger, full: FullExtractor) -> None:
    texts = labelled()[:6]
    scored = [tagger.score([text.text])[text.text] for text in texts]
    memory = remember(texts, scored)
    before = dict(memory.counts)
    from nlp.terms.judge import likely
    from nlp.terms.judge_training import without_own

    without = without_own(memory, texts[0], scored[0])
    assert memory.counts == before
    expected = likely(scored[0], remember(texts[1:], scored[1:]))
    assert np.array_equal(without.inputs, expected.inputs)


def test_weights_come_back(full: FullExtractor, tagger: TermTagger, lexicon: Lexicon, tmp_path: Path) -> None:
    encoder = tmp_path / "encoder"
    tiny_encoder(encoder)
    save_tagger(tagger, tmp_path)
    save_judge(full._judge, tmp_path)
    save_background(tagger.reader._background, tmp_path / "background.safetensors")
    again = load_judge(tmp_path)
    assert again.thresholds == full._judge.thresholds
    text = labelled()[1].text
    loaded = FullExtractor(load_tagger(encoder, tmp_path, lexicon, dtype="float32"), Judge(
        trees=again.trees, memory=again.memory, thresholds=again.thresholds))
    assert [m.surface for m in loaded.extract([("a", text)])] == [m.surface for m in full.extract([("a", text)])]
    (tmp_path / "judge.safetensors").write_bytes(b"no")
    with pytest.raises(ModelUnavailable, match="term-tagger"):
        load_judge(tmp_path)
    with pytest.raises(ModelUnavailable):
        load_background(tmp_path / "none")


def test_fast_numpy_is_the_network(lexicon: Lexicon, tmp_path: Path) -> None:
    import torch

    cutter, texts = Cutter(lexicon), [t.text for t in labelled()[:5]]
    examples = [FastExample(text=t, words=cutter.words(t), wanted={"光刻胶": 1.0}) for t in texts]
    network = train_fast(examples, frozenset(), FastRecipe(epochs=2))
    rows = lay_out([cutter.words(t) for t in texts], WordTable(frozenset()))
    save_file(weights_of(network), tmp_path / "model.safetensors")
    (tmp_path / "fast.json").write_text(json.dumps({"slope": 1, "bias": 0, "threshold": 0.5}), "utf-8")
    with torch.inference_mode():
        assert np.allclose(network(rows).numpy(), load_fast(tmp_path, lexicon).span_scores(rows), atol=1e-4)
    with pytest.raises(ModelUnavailable, match="term-fast"):
        load_fast(tmp_path / "none", lexicon)


def test_an_unknown_tier_is_refused(lexicon: Lexicon, tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="fast、full"):
        load_extractor("slow", tmp_path, tmp_path, lexicon)  # type: ignore[arg-type]  # what a settings file may say


@pytest.mark.parametrize("tier", ["fast", "full"])
def test_committed_weights(tier: str, lexicon: Lexicon) -> None:
    if tier == "full" and not (ROOT / "models/e5-small-zh/model.safetensors").is_file():
        pytest.skip("编码器尚未生成：luxiantu models build e5-small-zh")
    extractor = load_extractor(tier, ROOT / "models", ROOT / "models/e5-small-zh", lexicon)  # type: ignore[arg-type]  # from the list above
    text = "高纯度光刻胶的研发\n本项目研发用于晶圆制造的KrF光刻胶，采用化学机械抛光工艺，希望提高企业效益。"
    found = {m.surface for m in extractor.extract([("a", text)])}
    assert "KrF光刻胶" in found and "企业效益" not in found and "希望" not in found


def test_the_longest_term_is_drawn() -> None:
    text = "电子级氢氟酸与氢氟酸"
    parts = (("标注模型得分", 1.0),)
    found = [
        Explanation(surface="氢氟酸", start=3, score=0.9, accepted=True, parts=parts),
        Explanation(surface="电子级氢氟酸", start=0, score=0.8, accepted=True, parts=parts),
        Explanation(surface="级氢", start=2, score=0.1, accepted=False, parts=parts),
    ]
    assert outer_spans(text, found) == [(0, 6), (7, 10)]
    assert "电子级氢氟酸" in explain_html(text, found)
