from pathlib import Path

import pytest

from nlp.errors import InvalidSetting
from nlp.organising import load_organising_rules

FILE = Path(__file__).parents[2] / "corpora" / "lexicons" / "organising.toml"


def test_every_mode_has_a_rule_and_the_last_one_always_holds() -> None:
    rules = load_organising_rules(FILE)
    assert {r.mode.value for r in rules.mode} == {"揭榜挂帅", "赛马制", "点将制"}
    assert rules.mode[-1].all == ()


@pytest.mark.parametrize(("old", "new"), [('mode = "赛马制"', 'mode = "抽签"'), ("all = []", 'all = [{ fact = "urgency", at_least = 0.9 }]'), ("within_share = 0.5", "within_share = 5"), ('routes = "并行的技术路线数"', "")])
def test_a_slip_is_named(tmp_path: Path, old: str, new: str) -> None:
    text = FILE.read_text("utf-8")
    assert old in text
    (tmp_path / "organising.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(InvalidSetting):
        load_organising_rules(tmp_path / "organising.toml")
