"""Labelled texts and background texts for `luxiantu models build term-tagger`, read from the folder of training data."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from pydantic import TypeAdapter

from nlp.errors import ModelUnavailable
from nlp.terms.tagger_training import Labelled

__all__ = ["TermData", "read_term_data"]

GOLD = {"ic": "ic_terms", "demand": "demand_terms", "patent": "patent_terms", "policy": "policy_terms", "scicn": "scicn_terms"}
OWN = "terms_own.jsonl"
LEAST = 30  # characters of a paragraph of a report that counts as background


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldTerm:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldRow:
    id: str
    text: str
    terms: tuple[GoldTerm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow:
    """A text labelled in this project, by offsets: `crc32` of its first `end` characters must agree."""

    id: str
    kind: str
    end: int
    crc32: int
    terms: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """A row of any of the text files; what a file does not have is empty."""

    id: str | int = ""
    title: str = ""
    text: str = ""
    abstract: str = ""
    content: str = ""

    @property
    def whole(self) -> str:
        return f"{self.title}\n{self.text or self.abstract}"


GOLD_ROW, OWN_ROW, TEXT_ROW = TypeAdapter(GoldRow), TypeAdapter(OwnRow), TypeAdapter(TextRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermData:
    gold: tuple[Labelled, ...]
    own: tuple[Labelled, ...]  # labelled in this project: ids and offsets in corpora/gold, texts from the data folder
    background: tuple[str, ...]  # every other text: none of them is labelled
    similar: tuple[str, ...]  # the patents, abstracts and report paragraphs among them, for the fast tier


def read_term_data(root: Path, data: Path) -> TermData:
    """`data` holds gold/ and data/ as handed over. Raises ModelUnavailable when a file is missing."""
    missing = [name for name in (*(f"gold/{stem}.jsonl" for stem in GOLD.values()), "data/patents/patents.jsonl") if not (data / name).is_file()]
    if missing:
        reason = f"训练数据目录 {data.name} 中没有 {missing[0]}"
        raise ModelUnavailable("term-tagger", reason, "训练数据不随项目发布；请用 --data 指明其位置，或直接使用随项目提供的权重")
    gold = tuple(
        Labelled(text_id=row.id, register=register, text=row.text, terms=frozenset(term.text for term in row.terms))
        for register, stem in GOLD.items()
        for row in map(GOLD_ROW.validate_json, _lines(data / "gold" / f"{stem}.jsonl"))
    )
    texts = dict(_identified(data))
    own = tuple(_own(root / "corpora" / "gold" / OWN, texts))
    labelled = {text.text_id for text in (*gold, *own)}
    openings = {text.text[:50] for text in (*gold, *own)}
    free = {name: text for name, text in texts.items() if name not in labelled and text[:50] not in openings and len(text) >= LEAST}
    return TermData(gold=gold, own=own, background=(*free.values(), *_more(data)), similar=_similar(free))


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text("utf-8").split("\n") if line.strip())


def _texts(path: Path) -> Iterator[TextRow]:
    return map(TEXT_ROW.validate_json, _lines(path))


def _identified(data: Path) -> Iterator[tuple[str, str]]:
    """(id, text) of demands, patents, journal abstracts, and paragraphs of reports (province-p{line})."""
    folder = data / "data"
    for name in ("patents/patents", "demands/demands", "csl/dev"):
        yield from ((str(row.id), row.whole) for row in _texts(folder / f"{name}.jsonl"))
    csv.field_size_limit(1 << 30)
    for path in sorted((folder / "policies/gov_reports_2026").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            report = next(csv.DictReader(lines))
        for number, paragraph in enumerate(report["full_text"].split("\n")):
            yield f"{report['province']}-p{number}", paragraph.strip()


def _more(data: Path) -> Iterator[str]:
    for name in ("train", "dev"):
        yield from (row.content for row in _texts(data / f"data/csldcp/{name}.jsonl"))
    yield from (row.title for row in _texts(data / "data/patents/titles_ipc.jsonl"))


def _own(path: Path, texts: dict[str, str]) -> Iterator[Labelled]:
    """Labels whose text is there and is the one that was labelled."""
    for row in map(OWN_ROW.validate_json, _lines(path)) if path.is_file() else ():
        text = texts.get(row.id, "")[: row.end]
        if crc32(text.encode()) == row.crc32:
            terms = frozenset(text[start:end] for start, end in row.terms)
            yield Labelled(text_id=row.id, register=row.kind, text=text, terms=terms)


def _similar(free: dict[str, str]) -> tuple[str, ...]:
    reports = [text for name, text in sorted(free.items()) if "-p" in name and 80 <= len(text) <= 400]
    abstracts = [text for name, text in sorted(free.items()) if name.startswith("csl-")]
    patents = [text for name, text in sorted(free.items()) if "-" not in name]
    return (*patents[:1300], *abstracts[:500], *reports[::2][:500])
