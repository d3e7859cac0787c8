"""The same need of the same organisation, sent again: versions of one demand, never duplicates, never across organisations."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from nlp.normalise import key
from nlp.records import Demand, Submission
from nlp.understand.comparable import Comparable
from nlp.understand.duplicates import DuplicateFinder, TitledText

__all__ = ["Linked", "Resubmission", "link_versions"]

Reason = Literal["identical", "edited"]
_NAMED_ALIKE = 0.6  # likeness from which a demand under the very title of an earlier one is its next version


@dataclass(frozen=True, slots=True, kw_only=True)
class Resubmission:
    """One demand and the later one that stands for it now."""

    demand_id: str
    superseded_by: str
    kind: Reason
    reason: str  # in Chinese, for staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """All demands in the order given, version and superseded_by set; what was linked, by organisation and time."""

    demands: tuple[Demand, ...]
    resubmissions: tuple[Resubmission, ...]


def link_versions(demands: Sequence[Demand], submissions: Sequence[Submission], finder: DuplicateFinder) -> Linked:
    """Link what one organisation sent again.

    The later date is the later version; where a date is missing or the same, the later file name and place. The same
    text sent again is the same version: it is superseded by the first that was received, and the count does not rise.
    An edited one (same need by `finder`, or one title and much the same text, also with other figures) is the next
    version. Demands without an organisation are never linked, nor are two of one submission. Chains end at the last:
    superseded_by names the version that stands.
    """
    received = {s.submission_id: s.received for s in submissions}
    groups: defaultdict[str, list[Demand]] = defaultdict(list)
    for demand in demands:
        if name := key(demand.organisation or ""):
            groups[name].append(demand)
    changed: dict[str, Demand] = {}
    notes: list[Resubmission] = []
    for name in sorted(groups):
        for chain in _chains(_in_time(groups[name], received), finder):
            linked = _linked(chain, received)
            changed |= {d.demand_id: d for d in linked.demands}
            notes.extend(linked.resubmissions)
    return Linked(demands=tuple(changed.get(d.demand_id, d) for d in demands), resubmissions=tuple(notes))


def _in_time(demands: Sequence[Demand], received: Mapping[str, date | None]) -> list[Demand]:
    """Undated ones first: what carries a date is the better known."""
    return sorted(demands, key=lambda d: (received.get(d.submission_id) or date.min, d.source_file, d.source_location, d.demand_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    demand: Demand
    read: Comparable
    kind: Reason


def _chains(demands: Sequence[Demand], finder: DuplicateFinder) -> Iterator[list[_Link]]:
    """Each demand joins the first chain whose last distinct text says the same; chains of one are left out."""
    chains: list[list[_Link]] = []
    for demand in demands:
        read = finder.read(TitledText(ident=demand.demand_id, title=demand.title, text=demand.text))
        for chain in chains:
            if kind := _again(chain, demand, read, finder):
                chain.append(_Link(demand=demand, read=read, kind=kind))
                break
        else:
            chains.append([_Link(demand=demand, read=read, kind="edited")])
    return (chain for chain in chains if len(chain) > 1)


def _again(chain: Sequence[_Link], demand: Demand, read: Comparable, finder: DuplicateFinder) -> Reason | None:
    """How `demand` repeats the chain; never another part of a submission that is in it."""
    if any(link.demand.submission_id == demand.submission_id for link in chain):
        return None
    last = next(link for link in reversed(chain) if link.kind == "edited")
    if last.read.whole == read.whole:
        return "identical"
    verdict = finder.judge(last.read, read)
    same_title = key(last.demand.title) == key(demand.title)
    return "edited" if verdict.same or (same_title and verdict.likeness >= _NAMED_ALIKE) else None


def _linked(chain: Sequence[_Link], received: Mapping[str, date | None]) -> Linked:
    standing = next(link.demand for link in reversed(chain) if link.kind == "edited")
    demands: list[Demand] = []
    notes: list[Resubmission] = []
    version = 0
    for link in chain:
        version += link.kind == "edited"
        later = None if link.demand is standing else standing.demand_id
        demands.append(replace(link.demand, version=version, superseded_by=later))
        if later:
            notes.append(_note(link, standing, received))
    return Linked(demands=tuple(demands), resubmissions=tuple(notes))


def _note(link: _Link, standing: Demand, received: Mapping[str, date | None]) -> Resubmission:
    when = received.get(standing.submission_id)
    sent = f"（{when.isoformat()}收到）" if when else ""
    repeats = link.kind == "identical" and _written(link.demand) == _written(standing)
    if repeats:
        reason = f"同一单位重复报送，内容相同，以 {standing.demand_id}{sent}为准"
    else:
        reason = f"同一单位就同一需求再次报送，以后来的 {standing.demand_id}{sent}为准"
    return Resubmission(
        demand_id=link.demand.demand_id, superseded_by=standing.demand_id, kind="identical" if repeats else "edited", reason=reason
    )


def _written(demand: Demand) -> str:
    return key(f"{demand.title}\n{demand.text}")
