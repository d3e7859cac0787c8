"""Which policies are earlier versions of others: 草案 (征求意见稿) → 试行 (暂行) → 正式, and a formal text issued anew.

Two texts are versions of one document only when their titles agree in every character but the words of status,
including years and batches, and when they come from the same place. What cannot be told apart stays unlinked.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InvalidSetting
from nlp.normalise import key
from nlp.parse.regions import UNKNOWN
from nlp.records import Policy

__all__ = ["PolicyVersion", "VersionWords", "link_versions", "load_version_words", "title_key"]

_RANK = {"草案": 0, "试行": 1, "正式": 2}
_BRACKETS = re.compile(r"[（(]([^（）()]*)[)）]")
_QUOTED = re.compile(r"《(.+)》")
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,6}?(?:市|自治州|州|盟|县|区|开发区|园区)")
_NO_PLACE = ("关于", "促进", "推动", "推进", "支持", "加快", "鼓励", "进一步")  # 关于促进高新区… opens with no place
_NATIONAL, _FORMAL = "国家", "正式"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One policy that a later text of the same document replaces."""

    policy_id: str
    superseded_by: str
    reason: str  # in Chinese, for staff


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionWords:
    status_brackets: tuple[str, ...]
    status_words: tuple[str, ...]
    openings: tuple[str, ...]
    endings: tuple[str, ...]
    consulting: tuple[str, ...]
    consulted: tuple[str, ...]
    recurrent: tuple[str, ...]
    months: int


def load_version_words(path: Path) -> VersionWords:
    """Reads policy_versions.toml. Raises InvalidSetting for a file that is not TOML or lacks a part."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        lists = {name: tuple(content[name].split()) for name in VersionWords.__slots__ if name != "months"}
        return VersionWords(**lists, months=int(content["months"]))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"无法读取（{error}）", "请恢复该文件，或从安装包中复制一份") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidSetting(path.name, f"缺少或写错了 {error}", "请对照安装包中的同名文件修改") from error


def link_versions(policies: Sequence[Policy], words: VersionWords) -> tuple[PolicyVersion, ...]:
    """Each policy that has a later version, with the next one, in the order of `policies`.

    A copy of the same version (same status and date or number) is no version, and a text is never replaced by one of
    an earlier stage or date.
    """
    families: dict[tuple[str, str], list[Policy]] = defaultdict(list)
    for policy in policies:
        if (place := _place(policy, words)) is not None:
            families[title_key(policy.title, words, policy.region), place].append(policy)
    found = {link.policy_id: link for family in families.values() for link in _links(family, words)}
    return tuple(found[policy.policy_id] for policy in policies if policy.policy_id in found)


def title_key(title: str, words: VersionWords, region: str = UNKNOWN) -> str:
    """The document's own name without issuer, status and punctuation; years and batches stay."""
    bare = _BRACKETS.sub(lambda m: "" if _says_status(m[1], words) else m[0], title)
    quoted = _QUOTED.search(bare)
    name = quoted[1] if quoted else _unwrapped(bare, words)
    for word in words.status_words:
        name = name.replace(word, "")
    return _without_province(re.sub(r"[\W_]", "", key(name)), region)


def _without_province(name: str, region: str) -> str:
    return re.sub(f"^{region}(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)?", "", name) if region != UNKNOWN else name


def _says_status(inner: str, words: VersionWords) -> bool:
    return any(word in inner for word in words.status_brackets) and not re.search(r"第.+[批次版]", inner)


def _unwrapped(title: str, words: VersionWords) -> str:
    """某厅关于印发某办法的通知 -> 某办法."""
    name = title.strip()
    for ending in sorted(words.endings, key=len, reverse=True):
        if name.endswith(ending):
            name = name.removesuffix(ending)
            break
    if any(word in title for word in words.consulting):
        name = next((name.removesuffix(word) for word in words.consulted if name.endswith(word)), name)
    starts = [name.find(opening) + len(opening) for opening in words.openings if opening in name[:60]]
    return name[max(starts) :] if starts else name


def _place(policy: Policy, words: VersionWords) -> str | None:
    """Where the document holds: 国家, a province, or the city or park that issued it; None where that is not said."""
    if policy.level == _NATIONAL:
        return _NATIONAL
    if policy.level == "省" and policy.region != UNKNOWN:
        return policy.region
    issuer = _without_province(key(policy.issuer or ""), policy.region)
    named = _PLACE.match(issuer) or _PLACE.match(title_key(policy.title, words, policy.region))
    if named and not any(verb in named[0] for verb in _NO_PLACE):
        return f"{policy.region}{named[0]}"
    return issuer or None


def _links(family: Sequence[Policy], words: VersionWords) -> Iterator[PolicyVersion]:
    ordered = sorted(family, key=_order)
    for i, earlier in enumerate(ordered):
        later = [p for p in ordered[i + 1 :] if _reason(earlier, p, words)]
        formal = [p for p in later if _rank(p) == max(map(_rank, later))]
        uncertain = len(formal) > 1 and not all(p.date for p in (earlier, *formal))
        if later and not uncertain:
            reason = _reason(earlier, later[0], words) or ""
            yield PolicyVersion(policy_id=earlier.policy_id, superseded_by=later[0].policy_id, reason=reason)


def _rank(policy: Policy) -> int:
    return _RANK.get(policy.status or _FORMAL, _RANK[_FORMAL])


def _order(policy: Policy) -> tuple[int, int, str]:
    return _rank(policy), policy.date.toordinal() if policy.date else 0, policy.policy_id


def _reason(earlier: Policy, later: Policy, words: VersionWords) -> str | None:
    """Why `later` replaces `earlier`; None if it does not."""
    if earlier.date and later.date:
        months = (later.date.year - earlier.date.year) * 12 + later.date.month - earlier.date.month
        if later.date < earlier.date or (_rank(earlier) == 0 and months > words.months):
            return None
    if _rank(earlier) < _rank(later):
        number = f"（{later.doc_number}）" if later.doc_number else ""
        return f"{earlier.status}已有{later.status or _FORMAL}版本：{later.title}{number}"
    return _issued_anew(earlier, later, words)


def _issued_anew(earlier: Policy, later: Policy, words: VersionWords) -> str | None:
    """Two texts of one stage: the later one counts if its date is later, its number another and it is no yearly text."""
    dated = earlier.date is not None and later.date is not None and earlier.date < later.date
    same_number = earlier.doc_number is not None and earlier.doc_number == later.doc_number
    if not dated or same_number or title_key(later.title, words).endswith(words.recurrent):
        return None
    return f"同名文件于 {later.date} 重新{'征求意见' if _rank(later) == 0 else '印发'}"
