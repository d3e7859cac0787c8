"""Which figures a run has, and what they are drawn from."""

from dataclasses import replace

from nlp.illustrations import MOST_DOTS, MOST_TOPICS, illustrate
from nlp.records import TopicPlace
from tests.nlp.writers.sample_figures import cited, exhibits


def test_topics_stand_in_the_order_of_their_ranks() -> None:
    figure = illustrate(exhibits(5))["ranks"]
    names = [label.fragments[0].source.row for label in figure.labels if label.fragments[0].source and label.fragments[0].source.column == "rank"]
    assert names == [f"t{i:02}" for i in range(5)]


def test_a_long_list_is_cut_and_says_so() -> None:
    figures = illustrate(exhibits(MOST_TOPICS + 3))
    assert figures["ranks"].caption.endswith("（位次在前的主题）") and not illustrate(exhibits(3))["ranks"].caption.endswith("）")
    assert len([1 for label in figures["ranks"].labels if label.fragments[0].source and label.fragments[0].source.column == "rank"]) == MOST_TOPICS


def test_a_map_shows_the_units_nearest_to_the_middle_that_have_a_title() -> None:
    many = [TopicPlace(place_id=f"u{i}", segment="materials", topic_id="t00", unit_kind="demand", x=0.1, y=0.1, radius=None) for i in range(100)]
    sample = exhibits(1)
    figure = illustrate(replace(sample, places=[*sample.places[:1], *many], titles={f"u{i}": cited(f"需求甲{'乙' * i}") for i in range(1, 100)}))["map-materials"]
    assert len([label for label in figure.labels if label.text.startswith("需求甲")]) == MOST_DOTS
    assert cited("需求甲乙") in figure.labels


def test_tables_that_are_missing_leave_figures_out() -> None:
    bare = replace(exhibits(3), places=[], years=[], matrix=[])
    assert sorted(illustrate(bare)) == ["quadrants", "ranks", "ranks-materials"]
    assert illustrate(replace(bare, topics=[])) == {}


def test_the_delta_stands_first_and_empty_rows_are_left_out() -> None:
    figure = illustrate(exhibits(1))["matrix-demand"]
    texts = [label.text for label in figure.labels]
    assert texts.index("上海") < texts.index("江苏") and "国外" not in texts
