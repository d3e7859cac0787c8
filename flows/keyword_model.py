"""Builds models/keyword-ranker from journal abstracts with their authors' keywords."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

from flows.store import write_bytes
from nlp.errors import ModelUnavailable
from nlp.terms import load_lexicon
from nlp.terms.keyword_training import Example, background, cross_validate, described, train
from nlp.terms.keywords import KeywordReader, weights_as_arrays
from nlp.terms.tiers import FullExtractor

__all__ = ["build"]

NAME = "keyword-ranker"
GOLD = Path("gold") / "csl_keywords.jsonl"
BACKGROUND = Path("data") / "csldcp"
SCORES = "\n[scores]"


def build(root: Path, data: Path, report: Callable[[str], None] = lambda line: None, *, tagger: FullExtractor | None = None) -> Path:
    """Train on `data` (the folder with gold/ and data/), write ranker.safetensors and the card's measured part.

    `tagger`: the full tier; without it only the forest that does without it is trained.
    """
    started = monotonic()
    if not (data / GOLD).is_file():
        raise ModelUnavailable(NAME, f"找不到训练数据 {GOLD}", "请用 --data 指明含 gold/ 与 data/ 的文件夹")
    reader = KeywordReader(load_lexicon(root / "corpora" / "lexicons"))
    rows = list(_rows(data / GOLD))
    known = tagger.evidence(row["text"] for row in rows) if tagger else {}
    examples = [Example(text=row["text"], keywords=tuple(row["keywords"]), evidence=known.get(row["text"])) for row in rows]
    others = [row["content"] for path in sorted((data / BACKGROUND).glob("*.jsonl")) for row in _rows(path)]
    counts, n = background([*others, *(example.text for example in examples)], reader)
    report(f"背景文本 {n} 篇，词串 {len(counts)} 个")
    prepared = described(examples, reader, counts, n)
    scores = cross_validate(prepared, counts, n, report)
    weights = train(prepared, counts, n)
    folder = root / "models" / NAME
    _write(folder, weights_as_arrays(weights), scores | {"texts": len(examples), "background": n, "seconds": round(monotonic() - started)})
    report(f"已生成 {NAME}：{scores}")
    return folder


def _rows(path: Path) -> Iterator[dict[str, str]]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def _write(folder: Path, arrays: dict, scores: dict[str, float]) -> None:  # type: ignore[type-arg]  # safetensors' own type
    from safetensors.numpy import save

    content = save(arrays)
    write_bytes(content, folder / "ranker.safetensors")
    card = folder / "card.toml"
    head = card.read_text("utf-8").partition(SCORES)[0].rstrip("\n")
    lines = [f"{name} = {value}" for name, value in scores.items()]
    digest = hashlib.sha256(content).hexdigest()
    write_bytes("\n".join([head, SCORES, *lines, "", "[files]", f'"ranker.safetensors" = "{digest}"', ""]).encode(), card)
