"""What is searched and classified: units, terms, chain segments."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["ChainVerdict", "Term", "TermMention", "TermUse", "Unit", "UnitHead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitHead:
    """What is asked of a unit once its text has been read: of millions, this much is held."""

    unit_id: str
    unit_kind: Literal["demand", "clause", "patent"]
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit(UnitHead):
    """What is clustered: a demand, a policy clause or a patent."""

    title: str
    text: str  # title + "\n" + body; all mention offsets refer to it
    organisation: str | None
    source_file: str
    source_location: str
    ipc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMention:
    """A string of one unit that names a technology; unit.text[start:end] == surface."""

    unit_id: str
    term_id: str | None  # None until variants are merged
    surface: str
    start: int
    end: int
    score: float  # 0..1, higher is surer
    extractor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermUse:
    """Of a mention, who names what."""

    unit_id: str
    term_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Mentions that mean the same, under one name."""

    term_id: str
    name: str
    variants: tuple[str, ...]
    n_mentions: int
    n_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainVerdict:
    """The chain segment of one text, with what speaks for it."""

    unit_id: str
    segment: str  # id in the chain's file, or "none"
    score: float  # 0..1
    alternatives: tuple[tuple[str, float], ...]
    evidence: tuple[str, ...]  # the strings and IPC codes that decided
    doubtful: bool = False  # inside the chain's band of doubt: for a person to decide
