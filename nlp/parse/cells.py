"""One cell or line of a form: is it a label, a label with its value, or several of them."""

import re
from dataclasses import dataclass

from nlp.parse.columns import match_label
from nlp.parse.synonyms import Synonyms
from nlp.records import Kind

__all__ = ["Label", "label_of", "segments", "split_cell"]

_PARTS = re.compile(r"[；;，,\n]\s*|\s{2,}")
_PREFIX = re.compile(r"([^：:\n]{2,60}?)\s*[：:]\s*(.*)", re.S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    canonical: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a cell under its own label, or before the first one."""

    label: Label | None
    text: str


def label_of(cell: str, synonyms: Synonyms, *, partly: bool = False) -> Label | None:
    """The cell as a label and nothing else."""
    found = match_label(" ".join(cell.split()), synonyms.kinds[Kind.DEMAND], synonyms, partly=partly)
    return Label(canonical=found.canonical, text=found.label) if found else None


def split_cell(cell: str, synonyms: Synonyms) -> tuple[Label, str] | None:
    """A label with what follows it in the same cell: whole cell, 标签：值, or a label on the first line."""
    if label := label_of(cell, synonyms):
        return label, ""
    if (found := _PREFIX.fullmatch(cell)) and (label := label_of(found[1], synonyms)):
        return label, found[2].strip()
    first, _, rest = cell.partition("\n")
    label = label_of(first.rstrip("：:"), synonyms) if rest else None
    return (label, rest.strip()) if label else None


def segments(cell: str, synonyms: Synonyms) -> list[Segment]:
    """The parts of a cell that holds several labelled answers, a line each; one unlabelled part if it does not."""
    if inline := _inline(cell, synonyms):
        return inline
    sections = {"demand_title", *synonyms.kinds[Kind.DEMAND].sections}
    found: list[Segment] = []
    for line in cell.split("\n"):
        split = split_cell(line.strip(), synonyms)
        if split and split[0].canonical in sections:
            found.append(Segment(label=split[0], text=split[1]))
        elif found:
            found[-1] = Segment(label=found[-1].label, text=f"{found[-1].text}\n{line}".strip("\n"))
        else:
            found.append(Segment(label=None, text=line))
    labels = [segment.label.canonical for segment in found if segment.label]
    several = len(labels) >= 2 and len(set(labels)) == len(labels) and all(s.text.strip() for s in found if s.label)
    return found if several else [Segment(label=None, text=cell)]


def _inline(cell: str, synonyms: Synonyms) -> list[Segment]:
    """总投资：800万元；实施周期：2年 is two answers, if every part is a known label with its value; else nothing."""
    splits = [split_cell(part, synonyms) for part in _PARTS.split(cell.strip().rstrip("；;。")) if part.strip()]
    found = [Segment(label=label, text=text) for label, text in filter(None, splits) if text]
    return found if len(found) == len(splits) >= 2 and len({s.label.canonical for s in found if s.label}) == len(found) else []
