"""What the documents promise is what the program has."""

import re
from argparse import _SubParsersAction
from pathlib import Path

import pytest

from flows.cli import build_parser
from flows.settings import DEFAULT
from nlp.records import Quadrant

ROOT = Path(__file__).resolve().parents[1]
DOCS = {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "docs/handbook.md", "docs/glossary.md", "CHANGELOG.md")}


def commands() -> list[str]:
    (actions,) = [a for a in build_parser()._actions if isinstance(a, _SubParsersAction)]
    return sorted(actions.choices)


@pytest.mark.parametrize("name", commands())
@pytest.mark.parametrize("document", ["README.md", "docs/handbook.md"])
def test_every_command_is_documented(name: str, document: str) -> None:
    assert re.search(rf"`[^`]*\b{name}\b", DOCS[document])


def test_no_command_is_documented_that_does_not_exist() -> None:
    named = set(re.findall(r"`luxiantu (\w+)", "".join(DOCS.values())))
    assert named - set(commands()) == set()


@pytest.mark.parametrize("section", re.findall(r"^\[([\w.]+)\]", DEFAULT.read_text("utf-8"), flags=re.MULTILINE))
def test_every_section_of_the_settings_is_in_the_handbook(section: str) -> None:
    assert f"[{section}]" in DOCS["docs/handbook.md"]


def test_every_setting_says_what_it_means() -> None:
    bare = [line for line in DEFAULT.read_text("utf-8").splitlines() if "=" in line and "#" not in line]
    assert bare == [line for line in bare if line.split(" =")[0] in {"seed", "batch_size", "top_terms", "high_advantage", "demand", "policy", "patents"}]


@pytest.mark.parametrize("word", [*(q.value for q in Quadrant), "设计", "制造", "封测", "材料", "装备", "配套", "揭榜挂帅", "赛马制", "点将制"])
def test_the_glossary_has_the_words_that_readers_meet(word: str) -> None:
    assert word in DOCS["docs/glossary.md"]


def test_pictures_and_links_exist() -> None:
    for document in ("README.md", "docs/handbook.md"):
        for target in re.findall(r"\]\((?!http)([^)#]+)", DOCS[document]):
            assert ((ROOT / document).parent / target).exists(), target


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda p: p.stem)
def test_a_decision_fits_on_half_a_page(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 16
