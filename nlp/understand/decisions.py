"""What collection staff decided on the page, applied to the demands of the next run.

decisions.jsonl is append-only: {"seq","hash","at","action","submission_id","version","demand_id","text_sha256","state","segment","merge_into","parts"?} a line.
A decision holds for the text it was made on: where a demand's text has changed since, it is not applied, and said so.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nlp.errors import InvalidSetting
from nlp.records import Demand, Rejected

__all__ = ["Applied", "Decided", "DecidedPart", "apply_decisions", "read_decisions"]

_OUT: Mapping[str, str] = {"待补正": "已退回补正，等待重新报送", "已转出": "已转其他渠道", "不予受理": "不予受理"}
_ACCEPTED, _MERGED, _SPLIT = "已接收", "已合并", "已拆分"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedPart:
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How one submission stands after its last decision."""

    demand_id: str
    submission_id: str
    version: int
    text_sha256: str  # of title + "\\n" + text, personal data masked
    state: str
    segment: str
    suggested: str  # the segment it arrived with; another one was chosen by a person
    merge_into: str | None  # the other's submission_id
    parts: tuple[DecidedPart, ...] = ()

    @property
    def reclassified(self) -> bool:
        return self.segment != self.suggested


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """`demands` go on into the run, in the order given; `left_out` says of the others why; `outdated` had another text.

    `segments` holds those that staff chose, by demand, for a caller that classifies afterwards.
    """

    demands: tuple[Demand, ...]
    left_out: tuple[Rejected, ...]
    outdated: tuple[str, ...]  # demand_ids
    segments: Mapping[str, str]
    accepted: int


def read_decisions(text: str, name: str = "decisions.jsonl") -> tuple[Decided, ...]:
    """The standing decision of every text, in the order of first decisions. Raises InvalidSetting for a line that is none; a last line without its end is left out."""
    whole = text[: text.rfind("\n") + 1]
    found: dict[tuple[str, str], Decided] = {}
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            said = json.loads(line)
            key = (str(said["demand_id"]), str(said["text_sha256"]))
            found[key] = _after(found.get(key), said)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InvalidSetting(name, f"第{number}行不是一条决定", "请用 luxiantu triage export 重新导出") from error
    return tuple(found.values())


def _after(before: Decided | None, said: Mapping[str, Any]) -> Decided:
    segment = str(said["segment"])
    parts = tuple(DecidedPart(title=str(p["title"]), text=str(p["text"])) for p in said.get("parts", ()))
    return Decided(
        demand_id=str(said["demand_id"]), submission_id=str(said["submission_id"]), version=int(said["version"]), text_sha256=str(said["text_sha256"]),
        state=str(said["state"]), segment=segment, suggested=before.suggested if before else segment, merge_into=said["merge_into"],
        parts=parts or (before.parts if before else ()))


def apply_decisions(demands: Sequence[Demand], decisions: Iterable[Decided]) -> Applied:
    """Refused, returned and forwarded demands are left out; merged ones are superseded by what they were merged into; of a split one its parts
    go on; a segment that staff chose stands. What nobody has decided on goes on as it is."""
    known = tuple(decisions)
    by_text = {(d.demand_id, d.text_sha256): d for d in known}
    named = {d.demand_id for d in known}
    merged = {d.submission_id: d for d in known}
    present = {d.demand_id for d in demands}
    going, out, outdated, accepted = list[Demand](), list[Rejected](), list[str](), 0
    for demand in demands:
        decided = by_text.get((demand.demand_id, text_sha256(demand)))
        if decided is None:
            outdated += [demand.demand_id] if demand.demand_id in named else []
            going.append(demand)
        elif decided.state in _OUT:
            out.append(_left_out(demand, f"工作人员的决定：{_OUT[decided.state]}"))
        elif decided.state == _SPLIT and decided.parts:
            out.append(_left_out(demand, f"已拆分为 {len(decided.parts)} 项，各项分别计入"))
            going += _parts(demand, decided, by_text)
        else:
            accepted += decided.state == _ACCEPTED
            going.append(_changed(demand, decided, merged, present))
    chosen = {d.demand_id: d.segment for d in known if d.reclassified}
    return Applied(demands=tuple(going), left_out=tuple(out), outdated=tuple(outdated), accepted=accepted,
                   segments={d.demand_id: chosen[d.demand_id] for d in going if d.demand_id in chosen and d.demand_id not in outdated})


def text_sha256(demand: Demand) -> str:
    return hashlib.sha256(f"{demand.title}\n{demand.text}".encode("utf-8", "surrogatepass")).hexdigest()


def _changed(demand: Demand, decided: Decided, merged: Mapping[str, Decided], present: set[str]) -> Demand:
    into = _last(decided, merged) if decided.state == _MERGED else None
    superseded = into if into in present else demand.superseded_by
    return replace(demand, superseded_by=superseded, segment=decided.segment if decided.reclassified else demand.segment)


def _last(decided: Decided, merged: Mapping[str, Decided]) -> str | None:
    """The demand at the end of a line of merges; None where it leads nowhere or in a circle."""
    seen: set[str] = set()
    while decided.state == _MERGED and decided.submission_id not in seen and (into := merged.get(decided.merge_into or "")):
        seen.add(decided.submission_id)
        decided = into
    return None if decided.state == _MERGED else decided.demand_id


def _parts(demand: Demand, decided: Decided, by_text: Mapping[tuple[str, str], Decided]) -> Iterator[Demand]:
    """Each part with the ids the page gave it, unless it was itself refused, returned or forwarded."""
    for number, part in enumerate(decided.parts, 1):
        made = replace(demand, demand_id=f"{demand.demand_id}-{number}", submission_id=f"{demand.submission_id}-{number}", title=part.title, text=part.text,
                       budget_wan=None, fiscal_wan=None)
        own = by_text.get((made.demand_id, text_sha256(made)))
        if own is None or own.state not in _OUT:
            chosen = own if own and own.reclassified else decided
            yield replace(made, segment=chosen.segment) if chosen.reclassified else made


def _left_out(demand: Demand, reason: str) -> Rejected:
    return Rejected(source=demand.source_file, location=demand.source_location, reason=f"需求《{demand.title}》{reason}", remedy="如需计入，请在初筛页撤销该决定后重新运行")
