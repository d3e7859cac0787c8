from dataclasses import replace

import pytest

from nlp.modes import suggest_mode
from nlp.priority import rank
from nlp.records import ProjectMode
from tests.nlp.test_gates import RULES, table
from tests.nlp.test_priority import OPTIONS, topic

(PLAIN,) = rank([topic("t")], [], seed=1, options=OPTIONS)
URGENT = replace(PLAIN, urgency=0.7)


@pytest.mark.parametrize(
    ("facts", "urgent", "mode"),
    [
        (table(confidential=1, routes=3, targets_share=1.0), True, ProjectMode.DIRECT_COMMISSION),  # confidential goes first
        (table(domestic_top_share=0.8, domestic_families=10), True, ProjectMode.DIRECT_COMMISSION),
        (table(domestic_top_share=1.0, domestic_families=1), True, ProjectMode.OPEN_COMPETITION),  # one patent of one is no evident holder
        (table(routes=2, targets_share=1.0), True, ProjectMode.HORSE_RACE),
        (table(routes=2, targets_share=1.0), False, ProjectMode.OPEN_COMPETITION),  # two routes, no hurry
        (table(rival_routes=1, targets_share=1.0), True, ProjectMode.HORSE_RACE),
        (table(targets_share=0.9, domestic_top_share=0.2), True, ProjectMode.OPEN_COMPETITION),
        ({}, False, ProjectMode.OPEN_COMPETITION),
    ],
)
def test_the_first_rule_that_holds(facts: dict, urgent: bool, mode: ProjectMode) -> None:  # type: ignore[type-arg]
    found = suggest_mode(URGENT if urgent else PLAIN, facts, RULES.mode)
    assert (found.mode, found.overridden) == (mode, False)
    assert all(name in facts or name == "urgency" for name in found.facts)
    assert all(RULES.names[name] in found.reason and name not in found.reason for name in found.facts)


def test_what_a_person_chose_stands_and_the_rule_stays_beside_it() -> None:
    found = suggest_mode(URGENT, table(routes=2), RULES.mode, overrides={"t": ProjectMode.DIRECT_COMMISSION})
    assert (found.mode, found.suggested, found.overridden) == (ProjectMode.DIRECT_COMMISSION, ProjectMode.HORSE_RACE, True)
    same = suggest_mode(URGENT, table(routes=2), RULES.mode, overrides={"t": ProjectMode.HORSE_RACE})
    assert same.overridden is False
