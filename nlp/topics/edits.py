"""Analysts' decisions on topics, applied at every refresh: each one holds, or is retired with the reason.

Merges and splits change what a topic is, so they are applied to the registry before units are placed; names, notes and
hiding only change how a topic is shown, so they are applied to the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.records import Assignment, Topic, TopicEdit, TopicEditFate, TopicEvent
from nlp.topics.cluster import Grouping
from nlp.topics.events import event_of
from nlp.topics.identity import Renewal
from nlp.topics.registry import Registry, TopicMemory, merge_topics, split_topic

__all__ = ["Edited", "EditedRenewal", "apply_edits", "edited_ids", "fates_of", "finish", "in_words", "mark_events", "restructure", "split_payload"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    topics: tuple[Topic, ...]
    assignments: tuple[Assignment, ...]
    fates: tuple[TopicEditFate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedRenewal:
    """What a run publishes of one segment, and what it remembers (without names and hiding, which are applied anew each time)."""

    topics: tuple[Topic, ...]
    assignments: tuple[Assignment, ...]
    events: tuple[TopicEvent, ...]
    fates: tuple[TopicEditFate, ...]
    registry: Registry


def finish(renewal: Renewal, edits: Sequence[TopicEdit], known: Registry | None, shaped: Registry | None) -> EditedRenewal:
    """The renewal with the decisions on it; `known` is the registry of the run before, `shaped` the same restructured."""
    shown = apply_edits(renewal.grouping, edits, renewal.registry)
    events = mark_events(renewal.events, known, shaped) if known and shaped else renewal.events
    labels = {t.topic_id: t.label for t in shown.topics}
    return EditedRenewal(topics=shown.topics, assignments=shown.assignments, fates=shown.fates, registry=renewal.registry,
                         events=tuple(replace(e, label=labels.get(e.topic_id, e.label)) for e in events))


def fates_of(edits: Sequence[TopicEdit], fates: Sequence[TopicEditFate]) -> list[TopicEditFate]:
    """One fate an edit, oldest first; an edit of a topic that no segment remembers is retired."""
    found = {f.edit_id: f for f in fates}
    return [found.get(e.edit_id) or gone(e) for e in sorted(edits, key=lambda e: e.edit_id)]


def gone(edit: TopicEdit) -> TopicEditFate:
    return TopicEditFate(edit_id=edit.edit_id, topic_id=edit.topic_id, action=edit.action, what=in_words(edit), who=edit.who, at=edit.at,
                         fate="retired", reason="主题登记表中没有这个主题：登记表已重新建立，或编号有误")


def split_payload(new_id: str, label: str, unit_ids: Sequence[str]) -> tuple[str, ...]:
    return (new_id, label, *unit_ids)


def edited_ids(registry: Registry, edits: Sequence[TopicEdit]) -> frozenset[str]:
    """Topics of this registry that an edit speaks of, as they are called now; the machine leaves their shape alone."""
    known = {t.topic_id for t in registry.topics}
    named = {e.topic_id for e in edits} | {e.payload[0] for e in edits if e.action == "split"}
    return frozenset(registry.home(i) for i in named & known)


def restructure(registry: Registry, edits: Sequence[TopicEdit], *, run_id: str) -> Registry:
    """The registry with the merges and splits that are not in it yet, in the order in which they were decided."""
    for edit in sorted(edits, key=lambda e: e.edit_id):
        known = {t.topic_id for t in registry.topics}
        if edit.topic_id not in known:
            continue
        if edit.action == "merge":
            registry = merge_topics(registry, edit.topic_id, [i for i in edit.payload if i in known])
        elif edit.action == "split" and edit.payload[0] not in known:
            new_id, label, *part = edit.payload
            new = TopicMemory(topic_id=new_id, label=label, terms=(), state="active", merged_into=None, first_run=run_id, last_run=run_id, sizes=())
            registry = split_topic(registry, edit.topic_id, new, part)
    return registry


def apply_edits(grouping: Grouping, edits: Sequence[TopicEdit], registry: Registry) -> Edited:
    """Names, notes and hiding on the topics of one segment, and the fate of each edit that speaks of a topic of it."""
    ours = sorted((e for e in edits if registry.topic(e.topic_id)), key=lambda e: e.edit_id)
    shown = {t.topic_id: t for t in grouping.topics}
    fates = tuple(fate_of(e, ours, registry, set(shown)) for e in ours)
    for edit, fate in zip(ours, fates, strict=True):
        if fate.fate == "kept":
            shown[home_of(edit, registry)] = edited(shown[home_of(edit, registry)], edit)
    return Edited(topics=tuple(shown[t.topic_id] for t in grouping.topics), assignments=grouping.assignments, fates=fates)


def home_of(edit: TopicEdit, registry: Registry) -> str:
    """A note goes with the units into a merged topic; a name or hiding was meant for the topic that it was given to."""
    return registry.home(edit.topic_id) if edit.action in ("note", "merge", "split") else edit.topic_id


def edited(topic: Topic, edit: TopicEdit) -> Topic:
    if edit.action == "rename":
        return replace(topic, label=edit.payload[0])
    if edit.action in ("hide", "show"):
        return replace(topic, hidden=edit.action == "hide")
    return replace(topic, notes=(*topic.notes, *edit.payload)) if edit.action == "note" else topic


def fate_of(edit: TopicEdit, edits: Sequence[TopicEdit], registry: Registry, shown: set[str]) -> TopicEditFate:
    reason = overruled(edit, edits) or missing(edit, registry, shown)
    return TopicEditFate(edit_id=edit.edit_id, topic_id=edit.topic_id, action=edit.action, what=in_words(edit), who=edit.who, at=edit.at,
                         fate="retired" if reason else "kept", reason=reason or "有效")


def overruled(edit: TopicEdit, edits: Sequence[TopicEdit]) -> str:
    same = {"rename": ("rename",), "mode": ("mode",), "hide": ("hide", "show"), "show": ("hide", "show")}.get(edit.action, ())
    later = next((e for e in reversed(edits) if e.action in same and e.topic_id == edit.topic_id and e.edit_id > edit.edit_id), None)
    return f"已被后来的第 {later.edit_id} 号修改代替" if later else ""


def missing(edit: TopicEdit, registry: Registry, shown: set[str]) -> str:
    """Why the edit has nothing to hold on to; "" where it holds."""
    home = registry.home(edit.topic_id)
    if home != edit.topic_id and home_of(edit, registry) == edit.topic_id:
        return f"主题已并入 {home}"
    if home not in shown:
        return "主题本次没有材料；材料再来时恢复"
    if edit.action == "merge":
        apart = [i for i in edit.payload if registry.topic(i) is None or registry.home(i) != home]
        return f"没有收入：{'、'.join(apart)} 已不在" if apart else ""
    if edit.action == "split" and (registry.topic(edit.payload[0]) is None or registry.home(edit.payload[0]) not in shown):
        return f"分出的 {edit.payload[0]} 本次没有材料"
    return ""


def in_words(edit: TopicEdit) -> str:
    if edit.action == "split":
        return f"分出 {edit.payload[0]}（{edit.payload[1]}），材料 {len(edit.payload) - 2} 份"
    return {"rename": "改名为 ", "merge": "收入 ", "note": "备注 ", "mode": "组织方式定为 ", "hide": "隐藏", "show": "恢复显示"}[edit.action] + "、".join(edit.payload)


def mark_events(events: Sequence[TopicEvent], before: Registry, after: Registry) -> tuple[TopicEvent, ...]:
    """The events of a refresh with the merges and splits that people decided since the run before; `after` is restructured `before`."""
    taken = {t.topic_id: after.home(t.topic_id) for t in before.topics if t.state != "merged" and after.home(t.topic_id) != t.topic_id}
    parted = {t.topic_id: t for t in after.topics if before.topic(t.topic_id) is None}
    marked = []
    for event in events:
        sources = sorted(t for t, home in taken.items() if home == event.topic_id)
        if sources:
            event = replace(event, event="merged", from_topic_ids=(event.topic_id, *sources), reason=f"分析人员合并；{event.reason}")
        elif event.topic_id in parted:
            origins = {before.home(m.topic_id) for u in after.of(event.topic_id) if (m := before.members.get(u)) and m.topic_id}
            event = replace(event, event="split", from_topic_ids=tuple(sorted(origins)), reason=f"分析人员拆分；{event.reason}")
        marked.append(event)
    previous = before.runs[-1] if before.runs else None
    for topic_id, home in sorted(taken.items()):
        topic = next(t for t in before.topics if t.topic_id == topic_id)
        marked.append(event_of(topic, segment=before.segment, previous=previous, before=before.of(topic_id), after=(), kind="retired",
                               sources=(topic_id,), reason=f"分析人员把它并入 {home}"))
    return tuple(marked)
