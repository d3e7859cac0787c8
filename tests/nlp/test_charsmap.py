import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers.normalizers import Precompiled

from nlp.charsmap import compile_charsmap

letters = st.characters(min_codepoint=1, exclude_categories=["Cs"])


@pytest.mark.parametrize(
    ("table", "raw", "wanted"),
    [
        ({"Ａ": "A", "㎡": "m2", "\t": " "}, "Ａ\t㎡。", "A m2。"),
        ({"\x01": ""}, "\x01光\x01刻", "光刻"),
        ({"𠀀": "甲"}, "𠀀𠀁", "甲𠀁"),
    ],
)
def test_the_table_is_applied(table: dict[str, str], raw: str, wanted: str) -> None:
    assert Precompiled(compile_charsmap({ord(a): b for a, b in table.items()})).normalize_str(raw) == wanted


@given(st.dictionaries(letters, st.text(letters, max_size=4), min_size=1, max_size=40), st.lists(letters, max_size=40))
def test_single_characters_follow_the_table(table: dict[str, str], others: list[str]) -> None:
    normaliser = Precompiled(compile_charsmap({ord(a): b for a, b in table.items()}))
    assert [normaliser.normalize_str(c) for c in [*table, *others]] == [table.get(c, c) for c in [*table, *others]]


@pytest.mark.parametrize("table", [{0: "a"}, {65: "\0"}])
def test_zero_has_no_place(table: dict[int, str]) -> None:
    with pytest.raises(ValueError, match=r"U\+0000"):
        compile_charsmap(table)
