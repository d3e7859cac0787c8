"""Who issued a policy and at which level: from the title, the signature (落款) above the date, or a report's own words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nlp.parse.clauses import Line
from nlp.parse.regions import UNKNOWN, Regions
from nlp.parse.values import to_date

__all__ = ["Signature", "level_of", "report_issuer", "signature", "title_issuer"]

Words = Mapping[str, Sequence[str]]
_ISSUED = re.compile(r"^(.{2,50}?)(?:关于|印发|发布|转发)")
_BRACKETED = re.compile(r"[（(][^（）()]*[)）]$")
_DATED = re.compile(r"\s*[\d〇○零一二三四五六七八九十]{4}\s*年.{1,3}月.{1,4}日\s*")
_SIGNERS = 6  # names above one date; more are a list of something else
_NAME = 40  # longest name of an issuer
_TAIL = 3  # lines at the end in which a date alone counts as the document's
_REPORT = re.compile(r"(?:代表|受)(省|市|自治区|自治州|[\u4e00-\u9fff]{2,8}?)(人民政府(?:[（(][^（）()]*[)）])?)")
_BELOW = re.compile(r".{2,8}?[市州盟区县](?:人民政府|.{0,12}局|委)")  # 上海市浦东新区人民政府 is not a province's
_SUBJECT = re.compile(r"关于|印发|促进|支持|推动|推进|加快|鼓励|进一步|《")
_PARKS_IN_GENERAL = re.compile(r"(?:国家|省|市|县)级|全[国省市]|各|类")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    issuer: str | None  # several are joined by 、, the leading one first
    date: date | None


def title_issuer(title: str, words: Words) -> str | None:
    """The name before 关于 or 印发, as written; None unless it ends like an issuer's (办公厅, 局, …)."""
    found = _ISSUED.match(title)
    name = found[1].rstrip("《 ") if found else ""
    return name if _is_issuer(name, words) else None


def signature(lines: Sequence[Line], head: int, words: Words) -> Signature:
    """The first date on a line of its own that has an issuer's name above it, else one near the head or at the end."""
    dated = [i for i, line in enumerate(lines) if _DATED.fullmatch(line.text)]
    signed = ((i, _signers(lines, i, words)) for i in dated)
    at, names = next(((i, names) for i, names in signed if names), (None, ()))
    near = [i for i in dated if i < head or i >= len(lines) - _TAIL]
    day = at if at is not None else next(iter(near), None)
    return Signature(issuer="、".join(names) or None, date=to_date(lines[day].text) if day is not None else None)


def _signers(lines: Sequence[Line], at: int, words: Words) -> tuple[str, ...]:
    names: list[str] = []
    for line in reversed(lines[max(at - _SIGNERS, 0) : at]):
        parts = [part.strip("　 ") for part in re.split(r"\s+|、", line.text.strip()) if part.strip()]
        if not parts or not all(_is_issuer(part, words) for part in parts):
            break
        names[:0] = parts
    return tuple(names)


def _is_issuer(name: str, words: Words) -> bool:
    """安徽省人民政府办公厅, also with a note in brackets; a name of office alone (办公室) is nobody's."""
    bare = _BRACKETED.sub("", name)
    plain = not re.search(r"[，。；：:《》\d]|^[各有一二三四五六七八九十]", bare)
    return plain and 3 < len(bare) <= _NAME and bare.endswith(tuple(words["issuer_tail"]))


def report_issuer(title: str, place: str, lines: Sequence[Line], head: int, regions: Regions) -> str | None:
    """Of a 政府工作报告 the government it speaks for: 我代表省人民政府 with the province's full name."""
    if "政府工作报告" not in title:
        return None
    said = next((found for line in lines[:head] if (found := _REPORT.search(line.text))), None)
    whole = next((full for full in regions.full_names if full in place or full in title), None)
    if said is None:
        return f"{whole}人民政府" if whole else None
    own = said[1] if len(said[1]) > 1 and said[1] not in ("自治区", "自治州") else None
    return f"{own or whole}{said[2]}" if own or whole else None


def level_of(issuer: str | None, place: str, title: str, words: Words, regions: Regions) -> str | None:
    """国家 省 市 园区 from the issuer, else from the place stated beside the text, else from the title's opening."""
    if issuer or place:
        return _level(issuer or place, words, regions)
    subject = _SUBJECT.search(title)
    opening = title[: subject.start()] if subject and subject.start() > 1 else title
    general = _PARKS_IN_GENERAL.search(opening)
    return _level(opening[: general.start()] if general and general.start() else opening, words, regions)


def _level(name: str, words: Words, regions: Regions) -> str | None:
    if name.startswith(tuple(words["national"])):
        return "国家"
    if any(word in name for word in words["park"]):
        return "园区"
    province = next((full for full in regions.full_names if full in name), None)
    if (province is not None and not _BELOW.match(name.partition(province)[2])) or name.startswith(("省", "自治区")):
        return "省"
    return "市" if regions.province(name) != UNKNOWN or re.match(r"[\u4e00-\u9fff]{2,5}[市州县盟]", name) else None
