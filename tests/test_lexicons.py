"""The lexicons and the chain file are edited by hand: every line is checked, so that a slip is found before a run."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import jieba
import pytest

from nlp.chain import load_chain

ROOT = Path(__file__).parents[1]
LEXICONS = ROOT / "corpora" / "lexicons"
SEMICONDUCTOR = sorted(path.stem for path in LEXICONS.glob("ic_*.txt"))
DICTIONARIES = [*SEMICONDUCTOR, "general"]
WORD_LISTS = ["stopterms", "stripped_prefixes", "stripped_suffixes", "boilerplate"]
LINE = re.compile(r"(\S+) ([1-9]\d*) (nz|n|eng)")


def lines(name: str) -> list[str]:
    return (LEXICONS / f"{name}.txt").read_text("utf-8").splitlines()


def terms(name: str) -> list[str]:
    return [line.split(" ")[0] for line in lines(name)]


def groups() -> list[list[str]]:
    tables = tomllib.loads((LEXICONS / "synonyms.toml").read_text("utf-8"))["group"]
    return [[table["name"], *table["variants"]] for table in tables]


@pytest.mark.parametrize("name", DICTIONARIES)
def test_every_line_is_term_frequency_tag(name: str) -> None:
    assert [line for line in lines(name) if not LINE.fullmatch(line)] == []


@pytest.mark.parametrize("name", DICTIONARIES)
def test_jieba_reads_the_dictionary(name: str) -> None:
    segmenter = jieba.Tokenizer()
    segmenter.load_userdict(str(LEXICONS / f"{name}.txt"))
    longest = max(terms(name), key=len)
    assert segmenter.FREQ[longest] == 1000


def test_a_term_has_one_file_and_one_line() -> None:
    seen = Counter(term.lower() for name in DICTIONARIES for term in terms(name))
    assert [term for term, times in seen.items() if times > 1] == []


@pytest.mark.parametrize("name", WORD_LISTS)
def test_word_lists_hold_no_blank_and_no_double(name: str) -> None:
    words = lines(name)
    assert words
    assert all(word and word == word.strip() for word in words)
    assert len(words) == len(set(words))


def test_no_term_is_a_stop_term_or_a_slogan() -> None:
    barred = set(lines("stopterms")) | set(lines("boilerplate"))
    assert [term for name in DICTIONARIES for term in terms(name) if term in barred] == []


def test_no_term_holds_a_slogan() -> None:
    slogans = lines("boilerplate")
    assert [(term, s) for name in DICTIONARIES for term in terms(name) for s in slogans if s in term] == []


def test_size_is_what_the_handbook_promises() -> None:
    assert len(SEMICONDUCTOR) == 7  # six segments and the common words
    assert sum(len(terms(name)) for name in SEMICONDUCTOR) >= 1300
    assert len(terms("general")) >= 800
    assert all(len(terms(name)) >= 150 for name in SEMICONDUCTOR)


def test_a_variant_belongs_to_one_group() -> None:
    seen = Counter(word.lower() for group in groups() for word in group)
    assert [word for word, times in seen.items() if times > 1] == []
    assert len(groups()) >= 120
    assert all(len(group) > 1 for group in groups())


@pytest.mark.parametrize("path", sorted((ROOT / "corpora" / "chains").glob("*.toml")), ids=lambda p: p.stem)
def test_chain_file_loads(path: Path) -> None:
    chain = load_chain(path, LEXICONS)
    assert all(segment.strong and segment.weak and segment.sub for segment in chain.segments)
    assert all(rule.reason for rule in chain.exclusions)


def test_integrated_circuits_have_their_six_segments() -> None:
    chain = load_chain(ROOT / "corpora" / "chains" / "ic.toml", LEXICONS)
    assert [(s.id, s.name) for s in chain.segments] == [
        ("design", "设计"),
        ("manufacturing", "制造"),
        ("packaging_test", "封测"),
        ("materials", "材料"),
        ("equipment", "装备"),
        ("supporting", "配套"),
    ]


def test_no_seed_is_excluded_or_neutral() -> None:
    chain = load_chain(ROOT / "corpora" / "chains" / "ic.toml", LEXICONS)
    seeds = {t for s in chain.segments for t in (*s.strong, *s.weak, *(t for sub in s.sub for t in sub.terms))}
    against = {term for rule in chain.exclusions for term in rule.terms}
    assert seeds & against == set()
    assert [seed for seed in seeds if not chain.roles[seed.lower()]] == []


def test_the_guide_names_every_file_and_no_other() -> None:
    named = set(re.findall(r"`([a-z0-9_]+\.(?:txt|toml))`", (LEXICONS / "README.md").read_text("utf-8")))
    there = {path.name for path in LEXICONS.iterdir() if path.suffix in {".txt", ".toml"}}
    assert there - named == set() and {n for n in named if n not in there and n != "ic.toml"} == set()
