"""The term lexicon: plain files of one folder, read once.

ic_design.txt … general.txt   jieba user dictionary, `term [freq] [tag]` a line; the file's stem is the terms' hint
stopterms.txt                 never a term when it stands alone
stripped_prefixes.txt         taken off the left edge of a candidate (一种 第一 所述 新型)
stripped_suffixes.txt         taken off the right edge (方法)
boilerplate.txt               strings that mark the wording of calls and policies; no term holds one
synonyms.toml                 groups of variants that mean the same
candidate_rules.toml          what a candidate phrase may be made of (rules.py)
variants.toml                 which differences of spelling change nothing (variants.py)
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from nlp.errors import InvalidSetting
from nlp.terms.rules import CandidateRules, load_rules
from nlp.terms.synonyms import SynonymGroup, load_synonyms
from nlp.terms.variants import VariantRules, load_variants

__all__ = ["Entry", "Lexicon", "load_lexicon"]

WORD_FILES = ("stopterms", "stripped_prefixes", "stripped_suffixes", "boilerplate")
# The term may hold blanks (SiC MOSFET), so frequency and tag are read from the right.
LINE = re.compile(r"(?P<term>\S.*?)(?:\s+(?P<freq>\d+))?(?:\s+(?P<tag>[a-z]{1,5}))?")

# A blank beside a Chinese character is no part of a term: a frequency or tag that cannot be read.
HAN_BLANK = re.compile(r"[\u3400-\u9fff]\s|\s[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One lexicon term. `hint` is the stem of its file: a chain segment, or general."""

    term: str
    freq: int | None
    tag: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Everything that is known about terms before a text is read."""

    entries: tuple[Entry, ...] = ()
    stop_terms: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()  # longest first
    suffixes: tuple[str, ...] = ()  # longest first
    boilerplate: tuple[str, ...] = ()
    synonyms: tuple[SynonymGroup, ...] = ()
    rules: CandidateRules = field(default_factory=CandidateRules)
    variants: VariantRules = field(default_factory=VariantRules)

    @property
    def terms(self) -> Mapping[str, str]:
        """term -> hint."""
        return MappingProxyType({entry.term: entry.hint for entry in self.entries})


def load_lexicon(folder: Path) -> Lexicon:
    """Read the folder's files; an absent file counts as empty.

    Raises InvalidSetting, naming file and line, for a line that cannot be used or a folder that is not there.
    """
    if not folder.is_dir():
        raise InvalidSetting(folder.name, "没有这个词表文件夹", "请检查设置中的词表路径")
    words = {name: tuple(_words(folder / f"{name}.txt")) for name in WORD_FILES}
    return Lexicon(
        entries=_entries(folder),
        stop_terms=frozenset(words["stopterms"]),
        prefixes=_longest_first(words["stripped_prefixes"]),
        suffixes=_longest_first(words["stripped_suffixes"]),
        boilerplate=words["boilerplate"],
        synonyms=load_synonyms(folder / "synonyms.toml"),
        rules=load_rules(folder / "candidate_rules.toml"),
        variants=load_variants(folder / "variants.toml"),
    )


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(words), key=lambda word: (-len(word), word)))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines without comments and blanks."""
    if not path.is_file():
        return
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidSetting(path.name, "不是 UTF-8 编码", "请用 UTF-8 重新保存该词表") from error
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped and not stripped.startswith("# ") and stripped != "#":
            yield number, stripped


def _words(path: Path) -> Iterator[str]:
    for _, line in _lines(path):
        yield line


def _entries(folder: Path) -> tuple[Entry, ...]:
    """Terms of all segment files, the first file (by name, general last) keeps a term that two list."""
    paths = [path for path in folder.glob("*.txt") if path.stem not in WORD_FILES]
    found: dict[str, Entry] = {}
    for path in sorted(paths, key=lambda p: (p.stem == "general", p.stem)):
        for number, line in _lines(path):
            entry = _entry(path, number, line)
            found.setdefault(entry.term, entry)
    return tuple(found.values())


def _entry(path: Path, number: int, line: str) -> Entry:
    match = LINE.fullmatch(line)
    if match is None or match["term"].isdigit() or HAN_BLANK.search(match["term"]):
        reason = f"第{number}行“{line[:40]}”不是“词 词频 词性”的格式"
        raise InvalidSetting(path.name, reason, "每行写一个词，后面可跟词频和词性，用空格分开")
    freq = int(match["freq"]) if match["freq"] else None
    return Entry(term=match["term"], freq=freq, tag=match["tag"] or "n", hint=path.stem)
