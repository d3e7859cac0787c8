"""Tombstones: ids that whoever sent them has withdrawn. They stand in withdrawn.txt or 撤回.txt, in any folder of an inbox.

One a line: the id, then, after a blank or a tab, the reason. Empty lines and what begins with # say nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flows.inbox import InboxFile
from nlp.records import Demand, Patent, Policy, ReadingNote, Rejected

__all__ = ["Withdrawn", "is_list", "noted", "read_lists", "unknown"]

NAMES = frozenset({"withdrawn.txt", "撤回.txt"})
Kept = Demand | Policy | Patent


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    record_id: str
    reason: str
    source: str  # the list
    line: int


def is_list(file: InboxFile) -> bool:
    return file.path.name.lower() in NAMES


def read_lists(files: Iterable[InboxFile]) -> dict[str, Withdrawn]:
    """Id -> its first line. Bytes that are no text become signs that no id has: such a line is then told as unknown."""
    found: dict[str, Withdrawn] = {}
    for file in filter(is_list, files):
        lines = file.path.read_bytes().decode("utf-8-sig", "replace").splitlines()
        for number, line in enumerate(lines, 1):
            record_id, _, reason = line.strip().replace("\t", " ").partition(" ")
            if record_id and not record_id.startswith("#"):
                found.setdefault(record_id, Withdrawn(record_id=record_id, reason=reason.strip() or "未写原因", source=file.name, line=number))
    return found


def noted(record: Kept, why: Withdrawn) -> Rejected:
    where = None if isinstance(record, Policy) else record.source_location
    return Rejected(source=record.source_file, location=where, reason=f"编号 {why.record_id} 已撤回：{why.reason}",
                    remedy=f"如需恢复，请删去 {why.source} 第 {why.line} 行")


def unknown(listed: Mapping[str, Withdrawn], removed: Iterable[str]) -> list[ReadingNote]:
    """One note for each line that names nothing received."""
    return [ReadingNote(source_file=listed[i].source, note=f"第 {listed[i].line} 行的编号 {i} 不在材料中，未撤回任何内容") for i in sorted(listed.keys() - set(removed))]
