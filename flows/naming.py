"""New topics get their name when they are found, and keep it: what an analyst read last month is what stands there this month."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from flows.labeller import label_topics
from flows.progress import display
from flows.registry import ChainMemory
from flows.run import Run
from flows.settings import ROOT
from nlp.records import Topic, TopicEdit, TopicExample, TopicName, Unit
from nlp.terms.lexicon import load_lexicon
from nlp.topics.edits import EditedRenewal
from nlp.topics.naming import NamingRules, load_naming, name_topics

__all__ = ["kept_labels", "name_renewals", "naming_rules"]

LEXICONS = ROOT / "corpora" / "lexicons"
SHOWN = 5  # units of a topic whose titles a language model may see


def name_renewals(renewals: Sequence[EditedRenewal], units: Iterable[Unit], memory: ChainMemory, edits: Sequence[TopicEdit], run: Run) -> list[EditedRenewal]:
    """The same with names on the new topics, also in what is remembered of them; no two topics of a run share a name."""
    topics = [t for r in renewals for t in r.topics]
    names = name_topics(topics, rules=naming_rules(), kept=kept_labels(topics, memory, edits))
    shown = [e for r in renewals for e in nearest(r)] if run.settings.labeller.enabled else []
    ids = {e.unit_id for e in shown}
    labelled = label_topics(names, topics, shown, {u.unit_id: u.title for u in units if u.unit_id in ids} if ids else {}, settings=run.settings.labeller)
    for note in labelled.notes:
        display.say(note, "naming.note")
    return [named(r, {n.topic_id: n for n in labelled.names}) for r in renewals]


def naming_rules() -> NamingRules:
    return load_naming(LEXICONS / "naming.toml", stop_terms=load_lexicon(LEXICONS).stop_terms)


def kept_labels(topics: Sequence[Topic], memory: ChainMemory, edits: Sequence[TopicEdit]) -> dict[str, str]:
    """Of the topics that had their label before, and of those that a person named."""
    before = {t.topic_id: t.label for registry in memory.segments.values() for t in registry.topics}
    by_hand = {e.topic_id for e in edits if e.action == "rename"} | {e.payload[0] for e in edits if e.action == "split"}
    return {t.topic_id: t.label for t in topics if t.topic_id in by_hand or before.get(t.topic_id) == t.label}


def nearest(renewal: EditedRenewal) -> list[TopicExample]:
    """The units nearest to the centre of each topic."""
    found: list[TopicExample] = []
    for topic in renewal.topics:
        mine = sorted((a for a in renewal.assignments if a.topic_id == topic.topic_id), key=lambda a: (-(a.similarity or 0.0), a.unit_id))
        found += [TopicExample(example_id=f"{topic.topic_id}/{a.unit_id}", topic_id=topic.topic_id, unit_id=a.unit_id, unit_kind=a.unit_kind, place=place,
                               similarity=a.similarity or 0.0) for place, a in enumerate(mine[:SHOWN], 1)]
    return found


def named(renewal: EditedRenewal, names: Mapping[str, TopicName]) -> EditedRenewal:
    """What a person chose is applied anew in every run and does not enter what is remembered."""
    labels = {t.topic_id: names[t.topic_id].name for t in renewal.topics}
    made = {i: label for i, label in labels.items() if names[i].how != "kept"}
    remembered = tuple(replace(m, label=made[m.topic_id]) if m.topic_id in made else m for m in renewal.registry.topics)
    return replace(
        renewal, topics=tuple(replace(t, label=labels[t.topic_id]) for t in renewal.topics),
        events=tuple(replace(e, label=labels.get(e.topic_id, e.label)) for e in renewal.events),
        registry=replace(renewal.registry, topics=remembered))
