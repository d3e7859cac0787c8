"""What `luxiantu topics` does with the topics of the last run: show them, and note what people decide. Returns what to print."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flows.registry import ChainMemory, last_memory
from flows.store import load
from flows.topic_edits import add_edit, read_edits
from nlp.errors import LuxiantuError
from nlp.records import (
    Clause,
    Demand,
    Patent,
    Term,
    TermMention,
    Topic,
    TopicAction,
    TopicEdit,
    TopicEvent,
)
from nlp.topics.edits import in_words, restructure, split_payload
from nlp.topics.registry import Registry, TopicMemory

__all__ = ["Decision", "explanation", "listing", "merge", "mode", "note", "rename", "simple", "split"]

STATES = {"active": "", "retired": "（已退出）", "merged": "（已并入别的主题）"}
EVENTS = {"born": "新增", "kept": "沿用", "grown": "增长", "shrunk": "缩减", "split": "拆分", "merged": "合并", "retired": "退出"}
LONGEST = 40  # characters of a unit's title


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who decides on which topic, and why."""

    out: Path
    chain: str
    topic: str
    why: str
    who: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A topic of the last run, with the registry of its segment as the decisions so far make it."""

    folder: Path
    registry: Registry
    topic: TopicMemory
    edits: tuple[TopicEdit, ...]


def remembered(out: Path, chain: str) -> tuple[Path, ChainMemory]:
    """The run that the next refresh will continue, and its topics as the decisions so far make them."""
    memory = last_memory(out, chain)
    if memory.folder is None:
        raise LuxiantuError(chain, memory.loss or "这条产业链还没有发布过运行", "请先运行 luxiantu refresh，或用 --out 指定输出目录")
    edits = read_edits(out, chain)
    return memory.folder, replace(memory, segments={name: restructure(r, edits, run_id="") for name, r in memory.segments.items()})


def find(out: Path, chain: str, topic_id: str) -> Place:
    folder, memory = remembered(out, chain)
    for registry in memory.segments.values():
        if registry.topic(topic_id):
            edits = tuple(e for e in read_edits(out, chain) if registry.topic(e.topic_id))
            topic = next(t for t in registry.topics if t.topic_id == registry.home(topic_id))
            return Place(folder=folder, registry=registry, topic=topic, edits=edits)
    raise LuxiantuError(topic_id, "没有这个编号的主题", "编号见 luxiantu topics list")


# ---- decisions ----------------------------------------------------------------------------


def noted(d: Decision, action: TopicAction, payload: Sequence[str] = ()) -> str:
    find(d.out, d.chain, d.topic)
    number = add_edit(d.out, chain=d.chain, topic_id=d.topic, action=action, payload=payload, reason=d.why, who=d.who)
    edit = next(e for e in read_edits(d.out, d.chain) if e.edit_id == number)
    return f"已记下第 {number} 号修改：{d.topic} {in_words(edit)}。下次 luxiantu refresh 时生效，以后每次沿用。"


def simple(d: Decision, action: TopicAction) -> str:
    return noted(d, action)


def rename(d: Decision, name: str) -> str:
    return noted(d, "rename", [worded(name)])


def mode(d: Decision, chosen: str) -> str:
    return noted(d, "mode", [chosen])


def note(d: Decision, text: str) -> str:
    return noted(d, "note", [worded(text)])


def worded(text: str) -> str:
    if not text.strip():
        raise LuxiantuError("文字", "是空的", "请写明内容")
    return " ".join(text.split())


def merge(d: Decision, others: Sequence[str]) -> str:
    place = find(d.out, d.chain, d.topic)
    for other in others:
        if find(d.out, d.chain, other).registry.segment != place.registry.segment:
            raise LuxiantuError(other, "与要并入的主题不在同一环节", "只能合并同一环节的主题")
        if place.registry.home(other) == place.topic.topic_id:
            raise LuxiantuError(other, f"已经在主题 {place.topic.topic_id} 之中", "不必再合并")
    return noted(d, "merge", others)


def split(d: Decision, name: str, dry_run: bool) -> str:
    from flows.settings import read
    from nlp.topics.explain import halve
    from nlp.topics.identity import new_topic_id
    from nlp.topics.words import topic_terms

    place = find(d.out, d.chain, d.topic)
    halves = halve(place.registry, d.topic, options=read().topics)
    if halves is None:
        raise LuxiantuError(d.topic, "材料太少，或彼此几乎相同，分不成两块", "可改用 rename 或 note")
    rows = [(u, part) for part, ids in enumerate((halves.stays, halves.leaves)) for u in ids]
    terms = unit_terms(place.folder, {u for u, _ in rows})
    words = topic_terms([part for _, part in rows], [terms.get(u, ()) for u, _ in rows], size=2, top=6)
    titles = unit_titles(place.folder)
    lines = [f"{d.topic}（{place.topic.label}）可分为两块，中心余弦 {halves.cosine:.2f}（越低分得越清楚）："]
    for heading, ids, top in (("留下", halves.stays, words[0]), ("分出", halves.leaves, words[1])):
        lines += [f"  {heading} {len(ids)} 份　术语：{'、'.join(top)}", *(f"    {u}　{titles.get(u, '')}" for u in ids[:5])]
    if not dry_run:
        new_id = new_topic_id(place.registry.segment, halves.leaves[0], {t.topic_id for t in place.registry.topics}, f"split-{d.topic}")
        lines.append(noted(d, "split", split_payload(new_id, name.strip() or "、".join(words[1][:2]) or new_id, halves.leaves)))
    return "\n".join(lines)


# ---- showing ------------------------------------------------------------------------------


def listing(out: Path, chain: str) -> str:
    """One line a topic: id, segment, label, units; then the decisions."""
    folder, memory = remembered(out, chain)
    shown = {t.topic_id: t for t in load(Topic, folder / "data" / "topics.parquet")}
    lines = [f"运行 {folder.name}" + (f"（{memory.loss}）" if memory.loss else "")]
    for segment, registry in sorted(memory.segments.items()):
        for topic in sorted(registry.topics, key=lambda t: (t.state != "active", -(t.sizes[-1] if t.sizes else 0), t.topic_id)):
            record = shown.get(topic.topic_id)
            hidden = "（隐藏）" if record and record.hidden else ""
            lines.append(f"{topic.topic_id}　{segment}　{record.label if record else topic.label}　{topic.sizes[-1] if topic.sizes else 0} 份{STATES[topic.state]}{hidden}")
    edits = read_edits(out, chain)
    lines += ["修改：", *map(edit_line, edits)] if edits else ["还没有人工修改"]
    return "\n".join(lines)


def edit_line(e: TopicEdit) -> str:
    return f"  第 {e.edit_id} 号　{e.at[:10]}　{e.who}　{e.topic_id}　{in_words(e)}" + (f"　理由：{e.reason}" if e.reason else "")


def explanation(out: Path, chain: str, topic_id: str) -> str:
    """Why these units are one topic, in Chinese."""
    from nlp.topics.explain import explain

    place = find(out, chain, topic_id)
    home, found, titles = place.topic.topic_id, explain(place.registry, topic_id), unit_titles(place.folder)
    record = next((t for t in load(Topic, place.folder / "data" / "topics.parquet") if t.topic_id == home), None)
    names = {t.topic_id: t.label for t in place.registry.topics}
    lines = [f"主题 {home}　{record.label if record else place.topic.label}{STATES[place.topic.state]}"]
    lines += [f"{topic_id} 已并入 {home}"] if home != topic_id else []
    lines += [f"术语：{'、'.join(place.topic.terms) or '—'}"]
    if record:
        lines.append(f"材料：需求 {record.n_demands}、条款 {record.n_clauses}、专利 {record.n_patents}；稳定性 {record.stability if record.stability is not None else '—'}")
        lines += [f"备注：{n}" for n in record.notes]
    lines += ["最居中的材料（与主题中心的余弦）：", *(f"  {n.cosine:.2f}　{n.id}　{titles.get(n.id, '')}" for n in found.central)]
    lines += ["最勉强的材料（本主题／更近或相近的主题）：", *(f"  {b.cosine:.2f}／{b.other_cosine:.2f}　{b.unit_id}　{titles.get(b.unit_id, '')}　→ {b.other} {names[b.other]}"
                                         for b in found.borderline)] if found.borderline else ["没有勉强归入的材料"]
    lines += ["相邻主题：", *(f"  {n.cosine:.2f}　{n.id}　{names[n.id]}" for n in found.neighbours[:5])] if found.neighbours else []
    lines += ["历次变化：", *history(out, place)]
    edits = [e for e in place.edits if place.registry.home(e.topic_id) == home]
    lines += ["人工修改：", *map(edit_line, edits)] if edits else ["没有人工修改"]
    return "\n".join(lines)


def history(out: Path, place: Place) -> list[str]:
    """The topic's events in the runs that are still on disk."""
    lines = []
    for run_id in place.registry.runs:
        path = out / run_id / "data" / "topic_events.parquet"
        events = [e for e in load(TopicEvent, path) if e.topic_id == place.topic.topic_id] if path.is_file() else []
        lines += [f"  {run_id}　{EVENTS[e.event]}　{e.reason}" for e in events]
    return lines or [f"  自 {place.topic.first_run or '下次运行'} 起"]


def unit_titles(folder: Path) -> dict[str, str]:
    data = folder / "data"
    found = {d.demand_id: d.title or d.text for d in load(Demand, data / "demands.parquet")}
    found |= {c.clause_id: c.text for c in load(Clause, data / "clauses.parquet")}
    found |= {p.patent_id: p.title or "" for p in load(Patent, data / "patents.parquet")}
    return {u: " ".join(t.split())[:LONGEST] for u, t in found.items()}


def unit_terms(folder: Path, unit_ids: set[str]) -> dict[str, tuple[str, ...]]:
    from flows.discover import terms_by_unit

    mentions = [m for m in load(TermMention, folder / "data" / "mentions.parquet") if m.unit_id in unit_ids]
    return terms_by_unit(mentions, load(Term, folder / "data" / "terms.parquet"))
