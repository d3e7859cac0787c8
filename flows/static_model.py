"""Builds models/static-zh: the encoder's vectors of whole texts, handed down to words; says which encoder a folder stands for."""

import csv
import json
import re
import tomllib
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from flows.settings import ROOT
from flows.store import write_bytes
from nlp.embed import Encoder, Vectors, normalised
from nlp.static_encoder import STATIC_FILE, Words, cutter_of, fit_words, pack_static, sif
from nlp.terms.lexicon import Lexicon
from nlp.topics.space import Floats

__all__ = ["FOLDER", "build", "is_static", "space_of", "teaching_texts"]

FOLDER = ROOT / "models" / "static-zh"
SIF, FIRM, RIDGE = 1e-2, 1e-3, 0.5
SHRINK = 0.1  # of the axes: these vectors hold less that is no subject than the encoder's
HELD = 10  # one text in so many is held out when the fit is measured
PART = 0.5  # what a part of a text counts beside a whole one
COMMON = 40_000  # words of the segmenter's dictionary, the most frequent
RARE = 2  # texts that hold a word from which it is kept though no dictionary has it
LONGEST = 12  # characters of a word
SHORT, HALVED = 20, 120  # characters of a part; of a text from which it is halved
SPOKEN = re.compile(r"[\u3400-\u9fff]|[a-z\u03b1-\u03c9]")
Report = Callable[[str], None]


def is_static(folder: Path) -> bool:
    return (folder / STATIC_FILE).is_file()


@cache
def space_of(name: str) -> str:
    """The encoder in whose space the vectors of an encoder lie, by its card's `space`: its own name, as given, where nothing else is said."""
    card = ROOT / "models" / name / "card.toml"
    said = tomllib.loads(card.read_text("utf-8")).get("space") if card.is_file() else None
    return str(said or name)


# ---- the texts ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A text whose vector is learnt from; `whole` is the text it is a part of, or itself."""

    text: str
    whole: str


def teaching_texts(data: Path) -> list[Taught]:
    """Texts of `data` and their halves, each once, in an order of their own; the two clustering golds, and what equals them or one of their
    titles, take no part."""
    measured = {str(row["text"]) for name in ("patents", "csldcp") for row in rows(data / "gold" / f"clusters_{name}.jsonl")}
    measured |= {text.split("\n")[0] for text in measured}
    whole = sorted({text for text in every_text(data / "data") if text and text not in measured}, key=lambda t: (zlib.crc32(t.encode()), t))
    parts = {part: text for text in whole for part in halves(text)}
    return [*(Taught(text=t, whole=t) for t in whole), *(Taught(text=p, whole=parts[p]) for p in sorted(parts.keys() - set(whole) - measured))]


def rows(path: Path) -> Iterator[Mapping[str, object]]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def every_text(folder: Path) -> Iterator[str]:
    for part in ("train", "dev"):
        yield from (str(r["content"]) for r in rows(folder / "csldcp" / f"{part}.jsonl"))
    for r in rows(folder / "csl" / "dev.jsonl"):
        yield from (str(r["abstract"]), str(r["title"]))
    for r in rows(folder / "patents" / "patents.jsonl"):
        yield from (f"{r['title']}\n{r['abstract']}", str(r["title"]))
    yield from (str(r["title"]) for r in rows(folder / "patents" / "titles_ipc.jsonl"))
    yield from (f"{r['title']}\n{r['text']}" for r in rows(folder / "demands" / "demands.jsonl"))
    yield from ("".join(str(c) for c in tokens).strip() for r in rows(folder / "scicn" / "ner_dev.jsonl") if isinstance(tokens := r["text"], list))
    for path in sorted((folder / "policies" / "gov_reports_2026").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from (cell for row in csv.reader(file) for cell in row if len(cell) > SHORT)


def halves(text: str) -> tuple[str, ...]:
    """A long text's first and second half, cut behind a sentence."""
    ends = [m.end() for m in re.finditer(r"[。;；\n.]", text)]
    middle = min(ends, key=lambda end: abs(end - len(text) / 2), default=0)
    return tuple(part for part in (text[:middle], text[middle:]) if len(text) > HALVED and len(part) > 2 * SHORT)


# ---- the vocabulary -----------------------------------------------------------------------


def vocabulary_of(counts: Mapping[str, int], lexicon: Lexicon, common: Mapping[str, int]) -> list[str]:
    """Words of the lexicons, the most common of the dictionary, and what several texts hold."""
    frequent = sorted(common, key=lambda w: (-common[w], w))[:COMMON]
    known = {*frequent, *(e.term.lower() for e in lexicon.entries), *(w for w, n in counts.items() if n >= RARE)}
    return sorted(w for w in known if len(w) <= LONGEST and SPOKEN.search(w) and "\n" not in w)


def dictionary() -> dict[str, int]:
    """Word -> frequency, of the segmenter's own dictionary (jieba, MIT)."""
    import jieba

    lines = (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines()
    return {word: int(n) for word, n, _ in (line.split(" ") for line in lines)}


# ---- building -----------------------------------------------------------------------------


def build(data: Path, report: Report, *, encoder: Encoder, lexicon: Lexicon) -> Path:
    """Encode the texts and the words, fit the words' vectors, write static.safetensors."""
    taught = teaching_texts(data)
    added = sorted({e.term for e in lexicon.entries if re.fullmatch(r"[\u3400-\u9fff]+", e.term)})
    reader = Words((), cutter_of(added))
    whole = [t for t in taught if t.text == t.whole]
    counts = Counter(word for t in whole for word in set(reader.of(t.text)))
    words = vocabulary_of(counts, lexicon, dictionary())
    report(f"文本 {len(whole)} 篇，半篇 {len(taught) - len(whole)} 段，词 {len(words)} 个；正在编码")
    start, targets = encoder.encode(words).astype(np.float64), encoder.encode([t.text for t in taught])
    report("拟合词向量")
    weights = sif(counts, len(whole), words, a=SIF)
    fitted = fit(Words(words, reader.cutter), weights, taught, targets, start, report)
    content = pack_static(name=FOLDER.name, space=encoder.name, words=words, added=added, weights=weights, vectors=fitted.vectors, mean=fitted.mean)
    write_bytes(content, FOLDER / STATIC_FILE)
    return FOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    vectors: Floats
    mean: Floats


def fit(words: Words, weights: Floats, taught: list[Taught], targets: Vectors, start: Floats, report: Report) -> Fitted:
    """Fitted to all texts; how well it does on texts that it did not see is measured by a fit without them first."""
    shares, centred = words.shares([t.text for t in taught], weights), start - start.mean(axis=0)
    counts = np.array([1.0 if t.text == t.whole else PART for t in taught])
    held = np.array([zlib.crc32(t.whole.encode()) % HELD == 0 for t in taught])
    mean = targets[counts == 1].astype(np.float64).mean(axis=0)
    goals = targets - mean

    def fitted(rows: np.ndarray) -> Floats:
        return fit_words(shares[rows], goals[rows], centred, firm=FIRM, ridge=RIDGE, weights=counts[rows])

    seen, unseen = np.flatnonzero(~held), np.flatnonzero(held & (counts == 1))
    for name, vectors in (("词向量的加权平均", centred), ("拟合后", fitted(seen))):
        guess = shares[unseen] @ vectors
        near = (normalised(guess - (shares[seen] @ vectors).mean(axis=0)) * normalised(goals[unseen])).sum(axis=1).mean()
        report(f"留出 {len(unseen)} 篇，与原向量（去均值后）的平均余弦：{name} {near:.3f}")
    return Fitted(vectors=fitted(np.arange(len(taught))), mean=mean)
