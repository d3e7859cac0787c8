"""This run beside the chain's last one: the table of places that changed, and the page that tells it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from flows.cache import UNREADABLE
from flows.registry import continued
from flows.run import Run
from flows.store import Artefact, load, save
from nlp import changes
from nlp.records import Count, Priority, RankChange, Section, Topic, TopicEditFate, TopicEvent

__all__ = ["changes_section", "compare_ranks"]

T = TypeVar("T")


def compare_ranks(run: Run) -> dict[str, Artefact]:
    """data/rank_changes beside the run whose topics this one continued; empty where it continued none, or its tables cannot be read."""
    continued_id, _ = continued(run.work)
    before = run.out / continued_id if continued_id else None
    found: tuple[RankChange, ...] = ()
    if before and (old := readable(Priority, before / "data" / "priorities.parquet")):
        found = changes.rank_changes(readable(Topic, before / "data" / "topics.parquet"), old, load(Topic, run.data("topics")),
                                     load(Priority, run.data("priorities")), weights=run.settings.priority.weights)
    return {"rank_changes": save(RankChange, found, run.data("rank_changes"))}


def readable(kind: type[T], path: Path) -> list[T]:
    """The records of a table of another run; none where it is damaged, or another version of the program wrote other columns."""
    try:
        return load(kind, path)
    except UNREADABLE:
        return []


def changes_section(folder: Path, segments: Mapping[str, str]) -> Section:
    """与上次相比, from the tables of a run's folder; `segments` are the chain's ids and Chinese names."""
    data = folder / "data"
    counts = {c.name: c.value for c in load(Count, data / "counts.parquet")}
    return changes.build(load(TopicEvent, data / "topic_events.parquet"), load(RankChange, data / "rank_changes.parquet"),
                         load(TopicEditFate, data / "topic_edits.parquet"), counts, segments=segments)
