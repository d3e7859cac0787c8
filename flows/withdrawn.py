"""Tombstones: ids that whoever sent them has withdrawn. They stand in withdrawn.txt or 撤回.txt, in any folder of an inbox.

One a line: the id, then, after a blank or a tab, the reason. Empty lines and what begins with # say nothing. The id is what
people see: a demand's or, for all of its demands, a submission's; a patent's number or a policy's (文号), however it is punctuated.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from unicodedata import normalize

from flows.inbox import InboxFile
from nlp.records import Demand, Patent, Policy, Rejected

__all__ = ["Withdrawn", "is_list", "line_of", "noted", "read_lists", "unknown"]

NAMES = frozenset({"withdrawn.txt", "撤回.txt"})
Kept = Demand | Policy | Patent


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    record_id: str
    reason: str
    source: str  # the list
    line: int


def is_list(name: str) -> bool:
    return PurePosixPath(name).name.lower() in NAMES


def read_lists(files: Iterable[InboxFile]) -> dict[str, Withdrawn]:
    """Id -> its first line. Bytes that are no text become signs that no id has: such a line is then told as unknown."""
    found: dict[str, Withdrawn] = {}
    for file in (f for f in files if is_list(f.name)):
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


def line_of(record_id: str, record: Demand | Policy | None, listed: Mapping[str, Withdrawn], plainly: Mapping[str, Withdrawn]) -> Withdrawn | None:
    """The line that names a record, if any; a patent (None) is known by its id. `plainly`: the same lines by the number without its punctuation."""
    if record_id in listed:
        return listed[record_id]
    match record:
        case Demand():
            return listed.get(record.submission_id)
        case Policy():
            return plainly.get(plain(record.doc_number)) if record.doc_number else None
        case None:
            return plainly.get(plain(record_id))


def plain(number: str) -> str:
    """cn 1234567 a and CN1234567A, 沪经信[2024]12号 and 沪经信〔2024〕12号: the same number. Not for our own ids: A-1-11 is not A-11-1."""
    return "".join(sign for sign in normalize("NFKC", number).upper() if sign.isalnum())


def unknown(listed: Mapping[str, Withdrawn], found: Iterable[str]) -> list[Rejected]:
    """One for each line that names nothing received."""
    return [Rejected(source=w.source, location=f"第 {w.line} 行", reason=f"编号 {i} 不在材料中，没有撤回任何内容",
                     remedy="请与初筛表的“编号”列、专利号或政策文号核对后改正（编号中间不要空格）；材料本身已删去的，可删去这一行")
            for i, w in sorted(listed.items()) if i not in set(found)]
