"""The committed weights on the labelled texts they were trained on: not a measure, but they must fit what they learned.

The cross-validated figures are in models/term-tagger/card.toml and models/term-fast/card.toml.
"""

import json
from pathlib import Path

import pytest

from nlp.terms.lexicon import Lexicon
from nlp.terms.tiers import load_extractor

ROOT = Path(__file__).parents[3]
GOLD = ROOT.parent / "shared" / "gold"
LEAST = {"fast": 0.62, "full": 0.75}


def test_weights_are_small_enough() -> None:
    sizes = [path.stat().st_size for name in ("term-tagger", "term-fast") for path in (ROOT / "models" / name).glob("*.safetensors")]
    assert sizes and max(sizes) <= 20_000_000


@pytest.mark.real
@pytest.mark.parametrize("tier", ["fast", "full"])
def test_fits_what_it_learned(tier: str, lexicon: Lexicon) -> None:
    path = GOLD / "ic_terms.jsonl"
    if not path.is_file() or not (ROOT / "models/e5-small-zh/model.safetensors").is_file():
        pytest.skip("没有标注数据或编码器")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    extractor = load_extractor(tier, ROOT / "models", ROOT / "models/e5-small-zh", lexicon)  # type: ignore[arg-type]  # from the list above
    found: dict[str, set[str]] = {row["id"]: set() for row in rows}
    for mention in extractor.extract([(row["id"], row["text"]) for row in rows]):
        found[mention.unit_id].add(mention.surface)
    wanted = {row["id"]: {term["text"] for term in row["terms"]} for row in rows}
    hits = sum(len(found[i] & wanted[i]) for i in found)
    reached = 2 * hits / sum(len(found[i]) + len(wanted[i]) for i in found)
    assert reached >= LEAST[tier], reached
