"""Two runs -> what changed between them, in words for the analyst; every number is a cell of topic_events, rank_changes or counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Literal

from nlp.citing import body, bullet, cell, line, note, words
from nlp.options import Weights
from nlp.records import (
    Count,
    Fragment,
    Grid,
    Paragraph,
    Priority,
    RankChange,
    Section,
    SubstitutionProfile,
    Topic,
    TopicChange,
    TopicEditFate,
    TopicEvent,
)

__all__ = ["COMPONENTS", "build", "event_counts", "rank_changes"]

CHANGES: Mapping[TopicChange, str] = {"born": "新增", "split": "拆分", "merged": "合并", "retired": "退出", "grown": "增长", "shrunk": "缩减", "kept": "沿用"}
COMPONENTS = {"demand": "需求", "policy": "政策", "patents": "专利", "breadth": "省市广度", "foreign": "国外占比",
              "substitution": "国产替代"}
OUTSIDE = "none"
LONGEST_LIST = 40
FEW_POINTS = 0.005  # of urgency: below it nothing moved


# ---- tables -------------------------------------------------------------------------------


def event_counts(events: Sequence[TopicEvent]) -> list[Count]:
    """event.born, event.kept, … of the topics in the chain; a measured zero is a row."""
    kinds = [e.event for e in events if e.segment != OUTSIDE]
    return [Count(name=f"event.{kind}", value=kinds.count(kind)) for kind in CHANGES]


def rank_changes(
    topics_before: Sequence[Topic], before: Sequence[Priority], topics: Sequence[Topic], after: Sequence[Priority], *, weights: Weights,
) -> tuple[RankChange, ...]:
    """A row for each topic of the chain that had a place in either run, as they stand now, then those that left."""
    labels = {t.topic_id: t.label for t in (*topics_before, *topics)}
    inside = {t.topic_id for t in (*topics_before, *topics) if t.segment != OUTSIDE}
    old, new = ({p.topic_id: p for p in places if p.topic_id in inside} for places in (before, after))
    ordered = [*sorted(new, key=lambda i: (new[i].rank, i)), *sorted(set(old) - set(new), key=lambda i: (old[i].rank, i))]
    return tuple(change(i, labels[i], old.get(i), new.get(i), weights) for i in ordered)


def change(topic_id: str, label: str, old: Priority | None, new: Priority | None, weights: Weights) -> RankChange:
    return RankChange(
        topic_id=topic_id, label=label, rank_before=old.rank if old else None, rank_after=new.rank if new else None,
        places=old.rank - new.rank if old and new else None, urgency_before=old.urgency if old else None,
        urgency_after=new.urgency if new else None, reason=why(old, new, weights), profile_before=old.profile if old else None,
        profile_after=new.profile if new else None, substitution=arrow(old, new))


def arrow(old: Priority | None, new: Priority | None) -> Literal["↑", "↓", "→", "新"] | None:
    """By the situation of substitution; where that is the same, by the urgency."""
    if new is None:
        return None
    if old is None:
        return "新"
    worse = severity(new.profile) - severity(old.profile) or (new.urgency - old.urgency if abs(new.urgency - old.urgency) >= FEW_POINTS else 0)
    return "↑" if worse > 0 else "↓" if worse < 0 else "→"


def severity(profile: SubstitutionProfile | None) -> int:
    """0: nothing is known; the profiles stand worst first."""
    return 0 if profile is None else len(SubstitutionProfile) - 1 - list(SubstitutionProfile).index(profile)


def why(old: Priority | None, new: Priority | None, weights: Weights) -> str:
    """The component that moved the urgency most, by its weight."""
    if old is None or new is None:
        return "本次新进入排序" if old is None else "本次不在排序中"
    moves = {name: getattr(weights, name) * ((getattr(new, name) or 0.0) - (getattr(old, name) or 0.0)) for name in (f.name for f in fields(weights))}
    name = max(moves, key=lambda n: (abs(moves[n]), n))
    if abs(moves[name]) < FEW_POINTS:
        return "没有变化" if old.rank == new.rank else "本主题的分量没有变，位次因其他主题升降而变"
    return f"{COMPONENTS.get(name, name)}分量{'上升' if moves[name] > 0 else '下降'}"


# ---- the page -----------------------------------------------------------------------------


def build(
    events: Sequence[TopicEvent], ranks: Sequence[RankChange], fates: Sequence[TopicEditFate], counts: Mapping[str, int],
    *, segments: Mapping[str, str],
) -> Section:
    """与上次相比: topics that came, went, divided or grew; places that changed, with the reason; what became of people's decisions."""
    inside = [e for e in events if e.segment != OUTSIDE]
    first = next((e for e in inside if e.previous_run), None)
    title = Paragraph(fragments=(words("与上次相比"),))
    if first is None:
        only = body(words("本产业链此前没有主题登记，没有可比的上次；今后的运行在这里写明主题与位次的变化。"))
        return Section(anchor="changes", level=1, title=title, content=(only, *edits(fates)))
    content: list[Paragraph | Grid] = [summary(first, counts)]
    changed = [e for kind in CHANGES if kind != "kept" for e in inside if e.event == kind]
    content += [event_line(e, segments) for e in changed[:LONGEST_LIST]]
    if len(changed) > LONGEST_LIST:
        content.append(note(words("其余见数据表 topic_events。")))
    return Section(anchor="changes", level=1, title=title, content=(*content, *places(ranks), *edits(fates)))


def summary(first: TopicEvent, counts: Mapping[str, int]) -> Paragraph:
    parts: list[Fragment] = [words("与运行 "), cell("topic_events", first.topic_id, "previous_run", first.previous_run), words(" 相比，链条内的主题")]
    for kind, name in CHANGES.items():
        parts += [words(f"{name} "), cell("counts", f"event.{kind}", "value", counts.get(f"event.{kind}")), words(" 个，")]
    return body(*parts, words("同一主题前后编号相同。"))


def event_line(e: TopicEvent, segments: Mapping[str, str]) -> Paragraph:
    key = ("topic_events", e.topic_id)
    parts = [words(f"{CHANGES[e.event]}　"), cell(*key, "label", e.label), words(f"（{segments.get(e.segment, e.segment)}，编号 "),
             cell(*key, "topic_id", e.topic_id), words("）：")]
    if set(e.from_topic_ids) - {e.topic_id}:
        parts += [words("来自 "), cell(*key, "from_topic_ids", e.from_topic_ids), words("；")]
    return bullet(*parts, cell(*key, "reason", e.reason), words("。"))


def places(ranks: Sequence[RankChange]) -> Iterator[Paragraph | Grid]:
    moved = [r for r in ranks if r.places != 0]
    if not moved:
        if ranks:
            yield body(words("各主题的位次与上次相同。"))
        return
    yield note(words("升降为正表示位次上升。位次的变化可能只是材料增减造成的，请与位次区间一起看。"))
    yield Grid(caption="位次的变化", header=("主题", "上次位次", "本次位次", "升降", "上次紧迫度", "本次紧迫度", "主要原因"), widths=(8, 2, 2, 2, 2, 2, 6),
               rows=tuple(rank_row(r) for r in moved[:LONGEST_LIST]))
    if len(moved) > LONGEST_LIST:
        yield note(words("其余见数据表 rank_changes。"))


def rank_row(r: RankChange) -> tuple[Paragraph, ...]:
    columns = ("label", "rank_before", "rank_after", "places", "urgency_before", "urgency_after", "reason")
    return tuple(line(cell("rank_changes", r.topic_id, column, getattr(r, column))) for column in columns)


def edits(fates: Sequence[TopicEditFate]) -> Iterator[Paragraph]:
    """What did not hold is named; what holds is one sentence."""
    lost = [f for f in fates if f.fate == "retired"]
    if len(lost) < len(fates):
        yield body(words("分析人员对主题的修改"), words("除下列各条外" if lost else "全部"), words("有效，见 topic_edits.toml。"))
    for f in lost[:LONGEST_LIST]:
        key = ("topic_edits", str(f.edit_id))
        yield bullet(words("修改失效　"), cell(*key, "topic_id", f.topic_id), words(" "), cell(*key, "what", f.what), words("："), cell(*key, "reason", f.reason), words("。"))
    if len(lost) > LONGEST_LIST:
        yield note(words("其余见数据表 topic_edits。"))
