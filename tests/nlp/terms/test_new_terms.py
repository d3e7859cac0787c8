import shutil
import tomllib
from pathlib import Path

import pytest

from nlp.errors import InvalidSetting
from nlp.records import TermMention, Unit
from nlp.terms import Lexicon, TermExtractor, load_lexicon, merge
from nlp.terms.new_terms import Acceptance, NewTerm, accept, from_toml, new_terms, to_toml

LEXICONS = Path(__file__).parents[3] / "corpora" / "lexicons"
NAME = "拓扑光子晶体腔"


def unit(number: int, text: str, kind: str = "demand") -> Unit:
    return Unit(
        unit_id=f"u{number}", unit_kind=kind, title="", text=text, region="江苏" if number % 2 else "浙江",  # type: ignore[arg-type]  # a literal
        organisation=f"企业{number}", source_file="a.docx", source_location="第1段",
    )  # fmt: skip


def mention(u: Unit, surface: str) -> TermMention:
    start = u.text.index(surface)
    return TermMention(unit_id=u.unit_id, term_id=None, surface=surface, start=start, end=start + len(surface), score=0.8, extractor="phrase")


UNITS = [unit(n, f"需要{NAME}与光阻，编号{n}", kind) for n, kind in enumerate(["demand", "clause", "patent", "patent", "patent", "patent"])]
YEARS = {f"u{n}": year for n, year in enumerate([2015, 2016, 2019, 2019, 2020, 2022])}


def found() -> tuple[NewTerm, ...]:
    lexicon = load_lexicon(LEXICONS)
    table = merge([mention(u, s) for u in UNITS for s in (NAME, "光阻")], lexicon)
    return new_terms(table.mentions, table.terms, lexicon, UNITS, YEARS)


def test_only_what_no_lexicon_and_no_synonym_holds() -> None:
    assert [term.name for term in found()] == [NAME]


def test_evidence() -> None:
    term = found()[0]
    assert (term.n_units, term.kinds, term.regions) == (6, ("clause", "demand", "patent"), ("江苏", "浙江"))
    assert term.organisations == ("企业0", "企业1", "企业2", "企业3", "企业4")
    assert term.growth == 1.5  # 2015-2017: 2 in 3 years; 2018-2020: 3 in 3 years; 2021 and 2022 are not all published
    assert UNITS[0].text[term.quote_start : term.quote_end] == NAME


def test_file_and_back() -> None:
    text = to_toml(found())
    assert tomllib.loads(text)["term"][0]["place"].startswith("u0:")
    assert from_toml(text) == ()
    edited = text.replace("accept = false", "accept = true").replace('hint = ""', 'hint = "design"')
    assert from_toml(edited) == (Acceptance(term=NAME, hint="design"),)


@pytest.mark.parametrize("wrong", ["[[term]]\nname = 1", '[[term]]\nname = "甲"\naccept = true\nhint = ""', "x ="])
def test_what_cannot_be_used_is_named(wrong: str) -> None:
    with pytest.raises(InvalidSetting):
        from_toml(wrong)


def test_accepting_gives_lines_once_and_only_for_known_files() -> None:
    lexicon = Lexicon()
    lines = accept([Acceptance(term=NAME, hint="materials"), Acceptance(term="μSR", hint="general")], lexicon, {"ic_materials", "general"})
    assert lines == {"general": ("μSR 1000 nz",), "ic_materials": (f"{NAME} 1000 nz",)}
    with pytest.raises(InvalidSetting, match="ic_materials"):
        accept([Acceptance(term=NAME, hint="chemistry")], lexicon, {"ic_materials"})
    assert accept([Acceptance(term="光刻胶", hint="general")], load_lexicon(LEXICONS), {"general"}) == {}


def test_an_accepted_term_changes_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "lexicons"
    shutil.copytree(LEXICONS, folder)
    text = f"目前的{NAME}尚不成熟。"
    before = {m.surface for m in TermExtractor(load_lexicon(folder)).extract([("u", text)]) if m.extractor == "lexicon"}
    lines = accept([Acceptance(term=NAME, hint="design")], load_lexicon(folder), {path.stem for path in folder.glob("*.txt")})
    for stem, added in lines.items():
        path = folder / f"{stem}.txt"
        path.write_text(path.read_text("utf-8").rstrip("\n") + "\n" + "\n".join(added) + "\n", "utf-8")
    after = {m.surface for m in TermExtractor(load_lexicon(folder)).extract([("u", text)]) if m.extractor == "lexicon"}
    assert NAME in after - before
