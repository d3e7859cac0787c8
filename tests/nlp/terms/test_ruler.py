import pytest

from nlp.terms.ruler import CharacterRuler


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("新型光刻胶研发", ["光刻", "光刻胶"]),
        ("sic mosfet与SiC衬底", ["sic", "sic mosfet", "SiC"]),
        ("SiCN薄膜", []),  # not within a Latin word
        ("\n😀光刻胶\x00", ["光刻", "光刻胶"]),
        ("", []),
    ],
)
def test_matches(text: str, found: list[str]) -> None:
    ruler = CharacterRuler(["光刻胶", "光刻", "SiC", "SiC MOSFET"])
    assert sorted(text[m.start : m.end] for m in ruler.matches(text)) == sorted(found)
