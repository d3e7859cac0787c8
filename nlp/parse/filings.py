"""The files of one electronic application (claims, description, abstract) to one patent."""

from dataclasses import dataclass, replace

from nlp.readers.cnipa_xml import ABSTRACT, CLAIMS, DESCRIPTION
from nlp.records import Patent, Rejected

__all__ = ["Joined", "is_part", "joined"]

# 说明书 also opens 说明书摘要, so the longer name is asked first
_PARTS = (ABSTRACT, CLAIMS, DESCRIPTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    patent: Patent
    aside: Rejected  # the file that gave no record of its own, and why


def is_part(patent: Patent) -> bool:
    """Whether it was read from a part of an application, so that another part may be joined to it."""
    return bool(_parts(patent.source_location))


def joined(first: Patent, other: Patent) -> Joined | None:
    """Both as one, if they are parts of one application: the title from the description, the abstract from the abstract.

    None if they are not, so that two rows with one number stay a repetition.
    """
    has, adds = _parts(first.source_location), _parts(other.source_location)
    if first.patent_id != other.patent_id or not has or not adds:
        return None
    titled = other if DESCRIPTION in adds and DESCRIPTION not in has else first
    told = other if _rank(adds) > _rank(has) else first
    patent = replace(
        told,
        title=titled.title or first.title or other.title,
        source_location="、".join(part for part in _PARTS if part in (*has, *adds)),
    )
    what = "、".join(adds)
    reason = f"同一申请的另一份{what}，没有采用" if set(adds) <= set(has) else f"同一申请的{what}，已并入 {first.patent_id} 的记录"
    return Joined(patent=patent, aside=Rejected(source=other.source_file, location=what, reason=reason, remedy="无需处理；记录中有该申请的名称和摘要"))


def _parts(location: str) -> tuple[str, ...]:
    """The parts of a filing that a record's location names: 权利要求书、说明书摘要."""
    names = [name.split("第")[0] for name in location.split("、")]
    return tuple(name for name in names if name in _PARTS) if all(name in _PARTS for name in names) else ()


def _rank(parts: tuple[str, ...]) -> int:
    """Which record's abstract to keep: the abstract's own, else the claims."""
    return 2 if ABSTRACT in parts else 1 if CLAIMS in parts else 0
