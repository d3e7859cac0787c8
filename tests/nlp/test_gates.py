from pathlib import Path

import pytest

from nlp.gates import judge_gates, with_gates
from nlp.organising import load_organising_rules
from nlp.priority import rank
from nlp.records import Fact
from tests.nlp.test_priority import OPTIONS, topic

RULES = load_organising_rules(Path(__file__).parents[2] / "corpora" / "lexicons" / "organising.toml")


def table(**values: float) -> dict[str, Fact]:
    return {name: Fact(topic_id="t", fact=name, value=v, low=None, high=None, source_ids=(f"{name}-1",)) for name, v in values.items()}


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (table(within_three_years=0.8, period_years=2), "pass"), (table(within_three_years=0.2, period_years=5), "fail"),
        (table(within_three_years=0.2, trl_now=7), "fail"),  # what is stated outright decides
        (table(trl_now=5), "pass"), (table(trl_now=2), "fail"), (table(trl_now=3), "unknown"),
        (table(families=9, first_year=2018), "pass"), (table(families=9, first_year=2024), "unknown"), (table(families=2, first_year=2010), "unknown"), ({}, "unknown"),
    ],
)
def test_breakthrough_within_three_years(facts: dict[str, Fact], verdict: str) -> None:
    gate, _ = judge_gates("t", facts, RULES.gates, as_of_year=2026)
    assert (gate.gate, gate.verdict) == ("breakthrough", verdict)
    assert set(gate.facts) <= set(facts)
    assert bool(gate.source_ids) == bool(gate.facts)


def place(**values: float) -> dict[str, Fact]:
    names = {"sh": "上海", "js": "江苏", "zj": "浙江", "ah": "安徽"}
    return table(**{f"{what}_{names[p]}": v for key, v in values.items() for what, p in [key.split("_")]})


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (place(organisations_sh=1, organisations_ah=1), "pass"),  # demand in two provinces
        (place(organisations_sh=1, organisations_ah=1, patents_sh=30), "pass"),  # the other province still lacks it
        (place(organisations_ah=1, patents_sh=6, patents_js=4), "pass"),  # demand here, all the strength elsewhere
        (place(organisations_ah=1, patents_sh=6, projects_ah=2), "fail"),  # some of it at home
        (place(organisations_ah=1, patents_sh=6) | table(demands=4, organisations=1, top_organisation_share=1.0), "fail"),  # repeats of one organisation show no need of a region
        (place(organisations_ah=1, patents_sh=6) | table(demands=1, organisations=1, top_organisation_share=1.0), "pass"),
        (place(organisations_ah=1, organisations_sh=1) | table(demands=5, organisations=2, top_organisation_share=0.8), "fail"),  # nearly all of it by one
        (place(organisations_ah=1, organisations_sh=1) | table(demands=2, organisations=2, top_organisation_share=0.5), "pass"),
        (place(organisations_sh=4, patents_sh=9), "fail"), (place(organisations_sh=1), "fail"),  # nobody elsewhere could help
        (place(patents_sh=5, patents_js=5), "unknown"), ({}, "unknown"),
    ],
)
def test_cross_region_necessity(facts: dict[str, Fact], verdict: str) -> None:
    _, gate = judge_gates("t", facts, RULES.gates, as_of_year=2026)
    assert (gate.gate, gate.verdict) == ("cross_region", verdict)


def test_taking_the_supplier_away_takes_the_necessity_away() -> None:
    """DOMAIN N24: without the strength in another province the gate closes."""
    with_supplier, without = place(organisations_ah=2, patents_sh=8), place(organisations_ah=2)
    assert judge_gates("t", with_supplier, RULES.gates, as_of_year=2026)[1].verdict == "pass"
    assert judge_gates("t", without, RULES.gates, as_of_year=2026)[1].verdict == "fail"


def test_priorities_carry_the_gates_they_pass() -> None:
    ranked = rank([topic("t")], [], seed=1, options=OPTIONS)
    gates = judge_gates("t", table(within_three_years=1.0, **{k: f.value for k, f in place(organisations_sh=1, organisations_js=1).items()}), RULES.gates, as_of_year=2026)
    (p,) = with_gates(ranked, gates)
    assert (p.gates, p.cross_region) == (("breakthrough", "cross_region"), True)
    (none,) = with_gates(ranked, judge_gates("t", {}, RULES.gates, as_of_year=2026))
    assert (none.gates, none.cross_region) == ((), False)
