"""The file of an industry chain: segments, seeds, exclusions and weights, read and made ready for matching.

A chain is data: `load_chain` reads any file of the form of corpora/chains/ic.toml, with any segment ids.
"""


import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from nlp.errors import InvalidSetting

__all__ = ["NONE", "Chain", "Doubt", "Exclusion", "IpcRole", "Role", "Scoring", "Segment", "SubSegment", "load_chain"]

NONE = "none"
STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)
Kind = Literal["strong", "weak", "specific", "lexicon", "common", "exclusion"]
SHORT_LATIN = re.compile(r"[\x00-\x7f]{1,4}")  # ADC, SOC, CIS mean other things elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class SubSegment:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    id: str
    name: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One link of the chain. The terms of its sub-segments are strong seeds too."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    id: str
    name: str
    lexicons: tuple[str, ...] = ()
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    title_patterns: tuple[str, ...] = ()
    ipc: tuple[str, ...] = ()
    ipc_weak: tuple[str, ...] = ()
    sub: tuple[SubSegment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """What lies outside the chain although it shares its words; void when an `unless` word is in the title."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    id: str
    reason: str
    terms: tuple[str, ...]
    ipc: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """Weights and caps; their meaning stands beside the values in the chain's file."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    threshold: float
    half: float
    title: float
    opening: float
    body: float
    mention: float
    strong: float
    weak: float
    specific: float
    lexicon: float
    common: float
    title_pattern: float
    ipc_strong: float
    ipc_weak: float
    exclusion: float
    lexicon_cap: float
    common_cap: float
    weak_cap: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Which verdicts a person should look at. Without this part of the file none is doubtful."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    rules_low: float  # by rules alone: the best segment's score lies in [rules_low, rules_high)
    rules_high: float
    head: float  # with the trained head: the probability of the verdict lies below this
    overrule: float = 0.5  # probability from which the trained head decides against the rules


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChainFile:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    name: str
    scoring: Scoring
    segment: tuple[Segment, ...]
    names: tuple[str, ...] = ()
    doubt: Doubt | None = None
    common: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    mention_markers: tuple[str, ...] = ()
    exclusion: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    owner: str  # segment id, exclusion id, or "" for the whole chain
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class IpcRole:
    owner: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A chain with its matcher compiled. Roles are keyed by the lower-case term, lengths by its first two characters."""

    name: str
    common: tuple[str, ...]
    scoring: Scoring
    doubt: Doubt | None
    segments: tuple[Segment, ...]
    exclusions: tuple[Exclusion, ...]
    names: frozenset[str]  # lower case
    naming: re.Pattern[str] | None  # a word that names the chain, or a longer one of another meaning that hides it
    roles: Mapping[str, tuple[Role, ...]]
    lengths: Mapping[str, tuple[int, ...]]
    ipc: Mapping[str, IpcRole]
    patterns: tuple[tuple[str, re.Pattern[str]], ...]  # segment id, compiled title pattern
    mention: re.Pattern[str] | None


# ---- loading ------------------------------------------------------------------------------


def load_chain(path: Path, lexicon_folder: Path) -> Chain:
    """Read a chain's file and the lexicons it names (`<lexicon_folder>/<name>.txt`, jieba format).

    Raises InvalidSetting when a file is missing or malformed, an id occurs twice, or a seed is also excluded.
    """
    file = _read_file(path)
    _check(file, path.name)
    roles = _roles(file, {segment.id: _lexicon_terms(segment, lexicon_folder) for segment in file.segment})
    return Chain(
        name=file.name,
        common=file.common,
        scoring=file.scoring,
        doubt=file.doubt,
        segments=file.segment,
        exclusions=file.exclusion,
        names=frozenset(name.lower() for name in file.names),
        naming=_naming(file),
        roles=roles,
        lengths=_lengths(roles),
        ipc=_ipc_roles(file),
        patterns=tuple((s.id, _compile(p, path.name)) for s in file.segment for p in s.title_patterns),
        mention=_alternatives(file.mention_markers),
    )


def _read_file(path: Path) -> _ChainFile:
    try:
        return TypeAdapter(_ChainFile).validate_python(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSetting(path.name, "读不到产业链文件", "请检查文件是否存在、是否为 UTF-8 编码") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InvalidSetting(path.name, f"{place} 一项缺少、多余或类型不对", "请对照 corpora/chains/ic.toml 修改") from error
    except (ValueError, RecursionError) as error:  # of TOML: also a number too long, brackets too deep
        raise InvalidSetting(path.name, f"不是合法的 TOML（{error}）", "请按提示的行修改") from error


def _check(file: _ChainFile, name: str) -> None:
    ids = [s.id for s in file.segment]
    if not ids or len(set(ids)) < len(ids) or NONE in ids:
        raise InvalidSetting(name, f"环节编号为空、重复或用了保留字 {NONE}：{'、'.join(ids)}", "请给每个 [[segment]] 不同的 id")
    excluded = {term: rule.id for rule in file.exclusion for term in rule.terms}
    for term in (t for s in file.segment for t in _seeds(s)):
        if term in excluded:
            raise InvalidSetting(name, f"“{term}”既是判别词又在排除规则 {excluded[term]} 中", "请只保留一处")
        if len(term) < 2:
            raise InvalidSetting(name, f"判别词“{term}”只有一个字", "请改用两个字以上的词")


def _compile(pattern: str, name: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise InvalidSetting(name, f"标题正则“{pattern}”有误（{error}）", "请修改该正则") from error


def _naming(file: _ChainFile) -> re.Pattern[str] | None:
    others = (term for rule in file.exclusion for term in rule.terms)
    return _alternatives([*file.names, *(t for t in (*file.neutral, *others) if any(n in t for n in file.names))])


def _alternatives(words: Iterable[str]) -> re.Pattern[str] | None:
    """The longest first: 微流控芯片 hides 芯片."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, ordered)), re.IGNORECASE) if ordered else None


def _seeds(segment: Segment) -> tuple[str, ...]:
    return segment.strong + segment.weak + tuple(t for sub in segment.sub for t in sub.terms)


def _lexicon_terms(segment: Segment, folder: Path) -> tuple[str, ...]:
    """First column of the segment's jieba dictionaries."""
    terms: list[str] = []
    for name in segment.lexicons:
        try:
            lines = (folder / f"{name}.txt").read_text("utf-8").splitlines()
        except OSError as error:
            raise InvalidSetting(f"{name}.txt", "产业链文件引用的词库不存在", "请补上该词库或改正 lexicons 一项") from error
        terms += [line.rsplit(" ", 2)[0] for line in lines if line.strip()]
    return tuple(terms)


def _roles(file: _ChainFile, lexicons: Mapping[str, Sequence[str]]) -> dict[str, tuple[Role, ...]]:
    found: defaultdict[str, dict[str, Kind]] = defaultdict(dict)  # term -> owner -> its strongest kind
    excluded = {term.lower() for rule in file.exclusion for term in rule.terms}
    for rule in file.exclusion:
        _assign(found, rule.id, rule.terms, "exclusion")
    _assign(found, "", file.common, "common")
    for segment in file.segment:
        _assign(found, segment.id, segment.strong, "strong")
        _assign(found, segment.id, [t for sub in segment.sub for t in sub.terms], "strong")
        _assign(found, segment.id, segment.weak, "weak")
    seeds = {term: dict(owners) for term, owners in found.items()}
    ambiguous = {term.lower() for term in file.ambiguous}
    for owner, terms in lexicons.items():
        for term in (t.lower() for t in terms if len(t) > 1 and t.lower() not in excluded):
            plain: Kind = "lexicon" if term in ambiguous or SHORT_LATIN.fullmatch(term) else "specific"
            found[term].setdefault(owner, _inherited(term, owner, seeds) or plain)
    for term in (t.lower() for t in file.neutral):
        found[term].clear()  # matched, so that no seed is cut out of it, but speaks for nothing
    return {term: tuple(Role(owner, kind) for owner, kind in owners.items()) for term, owners in found.items()}


def _assign(found: defaultdict[str, dict[str, Kind]], owner: str, terms: Iterable[str], kind: Kind) -> None:
    for term in terms:
        found[term.lower()].setdefault(owner, kind)


def _inherited(term: str, owner: str, seeds: Mapping[str, Mapping[str, Kind]]) -> Kind | None:
    """A longer lexicon term hides a strong seed inside it from the matcher, so it takes over its kind."""
    inside = (term[i:j] for i in range(len(term)) for j in range(i + 2, len(term) + 1))
    return "strong" if any(seeds.get(part, {}).get(owner) == "strong" for part in inside) else None


def _lengths(terms: Iterable[str]) -> dict[str, tuple[int, ...]]:
    by_start: defaultdict[str, set[int]] = defaultdict(set)
    for term in terms:
        by_start[term[:2]].add(len(term))
    return {start: tuple(sorted(lengths, reverse=True)) for start, lengths in by_start.items()}


def _ipc_roles(file: _ChainFile) -> dict[str, IpcRole]:
    weights = file.scoring
    roles = {p: IpcRole(owner=r.id, weight=-weights.ipc_strong) for r in file.exclusion for p in r.ipc}
    for segment in file.segment:
        roles |= {p: IpcRole(owner=segment.id, weight=weights.ipc_weak) for p in segment.ipc_weak}
        roles |= {p: IpcRole(owner=segment.id, weight=weights.ipc_strong) for p in segment.ipc}
    return roles
