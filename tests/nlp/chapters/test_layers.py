"""The layered chart: what stands in which layer and phase, and the state of a solution."""

import pytest

from nlp.chapters.layers import layer_chart, layers, slide_notes, solution_state
from nlp.grounds import grounds_of
from nlp.options import DraftOptions
from nlp.records import Fact
from nlp.writers.layers import SolutionState
from tests.nlp.chapters.shelves import material, requirement, shelf

OPTIONS = DraftOptions(topics_per_segment=1, sources_per_card=1, requirements_per_card=2, near_years=2, middle_years=5)


def facts(**values: float) -> tuple[Fact, ...]:
    return tuple(Fact(topic_id="a", fact=name, value=v, low=None, high=None, source_ids=()) for name, v in values.items())


@pytest.mark.parametrize(("known", "state"), [
    ({"trl_now": 8}, SolutionState.DEPLOYED), ({"projects_accepted": 1, "domestic_families": 5}, SolutionState.KNOWN),
    ({"projects_accepted": 1, "domestic_families": 2}, SolutionState.INTERIM), ({"domestic_families": 9}, SolutionState.INTERIM),
    ({"projects_accepted": 1}, SolutionState.UNKNOWN), ({}, SolutionState.UNKNOWN)])
def test_the_state_of_a_solution(known: dict[str, float], state: SolutionState) -> None:
    assert solution_state(material(shelf(facts=facts(**known))), "a") is state


def test_only_demanded_topics_and_agreed_figures_are_drawn() -> None:
    figures = (requirement(1, "≥40 kPa"), requirement(2, "≥9 级", parameter="等级", unit="级", stated="等级≥9 级", conflict=True))
    figure = layers(material(shelf(requirements=figures, facts=facts(period_years=6))), "equipment", options=OPTIONS)
    assert figure is not None
    shown = {label.text for label in figure.labels}
    assert shown >= {"主题a", "静电卡盘", "吸附力≥40 kPa"}
    assert not any("等级" in text or "主题b" in text for text in shown)


def test_a_segment_that_nobody_demands_has_no_chart() -> None:
    found = material(shelf())
    assert layers(found, "materials", options=OPTIONS) is None


def test_the_slide_is_made_from_the_same_boxes_and_its_notes_name_the_sources() -> None:
    found = material(shelf(requirements=(requirement(1, "≥40 kPa"),)))
    chart, figure = layer_chart(found, "equipment", options=OPTIONS), layers(found, "equipment", options=OPTIONS)
    assert chart is not None
    assert figure is not None
    assert {b.text for b in chart.boxes} <= set(figure.labels)
    said = [p.text for p in slide_notes(chart, grounds_of(found.shelf), most=2)]
    assert said == ["技术　主题a　来源：d1", "需求　静电卡盘　来源：d1", "产品　吸附力≥40 kPa　来源：d1"]
