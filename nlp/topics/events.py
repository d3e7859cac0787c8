"""What became of a topic, in words for the analyst."""

from collections.abc import Collection

from nlp.records import TopicChange, TopicEvent
from nlp.topics.registry import TopicMemory

__all__ = ["change_of", "event_of"]

FEW = 3  # units more or fewer that are no growth, whatever their share


def event_of(
    topic: TopicMemory, *, segment: str, previous: str | None, before: Collection[str], after: Collection[str],
    kind: TopicChange, sources: tuple[str, ...] = (), reason: str = "",
) -> TopicEvent:
    """One row of topic_events; `before` and `after` are the ids of its units in the two runs."""
    shared = len(set(before) & set(after))
    both = f"上次 {len(before)} 份，本次 {len(after)} 份，其中 {shared} 份两次都在"
    plain = both if before and after else f"本次 {len(after)} 份" if after else f"上次 {len(before)} 份"
    return TopicEvent(topic_id=topic.topic_id, event=kind, from_topic_ids=sources, previous_run=previous, segment=segment, label=topic.label,
                      n_before=len(before), n_after=len(after), shared=shared, reason=f"{reason}；{plain}" if reason else plain)


def change_of(n_before: int, n_after: int, *, changed: float) -> TopicChange:
    """kept, grown or shrunk: by more than the share `changed` and by more than a few units."""
    if abs(n_after - n_before) < max(FEW, changed * n_before):
        return "kept"
    return "grown" if n_after > n_before else "shrunk"
