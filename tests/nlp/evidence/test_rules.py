from pathlib import Path

import pytest

from nlp.errors import InvalidSetting
from nlp.evidence import load_evidence_rules
from nlp.evidence.rules import any_word

LEXICONS = Path(__file__).parents[3] / "corpora" / "lexicons"


def test_a_slip_is_named(tmp_path: Path) -> None:
    for name in ("evidence.toml", "policy_strength.toml"):
        (tmp_path / name).write_text((LEXICONS / name).read_text("utf-8"), "utf-8")
    broken = (LEXICONS / "evidence.toml").read_text("utf-8").replace("lag_years = 3", "lag_years = -1")
    (tmp_path / "evidence.toml").write_text(broken, "utf-8")
    with pytest.raises(InvalidSetting, match=r"patents\.lag_years"):
        load_evidence_rules(tmp_path)
    with pytest.raises(InvalidSetting, match="无法读取"):
        load_evidence_rules(tmp_path / "missing")


def test_no_words_find_nothing() -> None:
    assert any_word("").search("任何文字") is None
