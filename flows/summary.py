"""A run's folder -> what a person must know about it, in Chinese Markdown: read, set aside, first topics, where the draft is."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from flows.registry import continued
from flows.store import load
from flows.understand import chain_of
from flows.withdrawn import is_list
from nlp.records import Count, Priority, Topic
from nlp.roadmap import KIND_NAMES

__all__ = ["summarise", "unmatched"]

FIRST = 3
SHOWN_REASONS = 5


def summarise(folder: Path) -> str:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    counts = {c.name: c.value for c in load(Count, folder / "data" / "counts.parquet")}
    lines = [f"# {manifest['chain_name']}路线图　截至 {manifest['as_of']}　运行 {manifest['run_id']}", "", "## 读入了什么",
             *read_lines(counts), "", "## 搁置了什么", *rejected_lines(folder), "", "## 各环节的首要主题", *topic_lines(folder, manifest["chain"])]
    return "\n".join(lines) + "\n"


def read_lines(counts: dict[str, int]) -> Iterator[str]:
    yield f"- 文件 {counts.get('file.read', 0)} 个，其中 {counts.get('file.rejected', 0)} 个无法采用"
    for kind, name in KIND_NAMES.items():
        if counts.get(f"{kind}.read"):
            inside = f"，属于本链条 {counts.get(f'{kind}.in_chain', 0)}，链条之外 {counts.get(f'{kind}.outside', 0)}" if kind in ("demand", "clause", "patent") else ""
            yield f"- {name} {counts[f'{kind}.read']} 份：采用 {counts.get(f'{kind}.kept', 0)}，搁置 {counts.get(f'{kind}.rejected', 0)}{inside}"
    for name in sorted(n for n in counts if n.startswith("unassigned.")):
        yield f"- 未归入主题（{name.removeprefix('unassigned.')}）{counts[name]} 份"


def rejected_lines(folder: Path) -> Iterator[str]:
    rows = rejections(folder)
    if not rows:
        yield "- 没有"
    others = [row for row in rows if not is_list(row["source"])]
    yield from unmatched(folder)  # first and all: whoever withdrew something believes that it is gone
    yield from map(told, others[:SHOWN_REASONS])
    if len(others) > SHOWN_REASONS:
        yield f"- 另有 {len(others) - SHOWN_REASONS} 条，见 rejected.jsonl"


def told(row: Mapping[str, str]) -> str:
    where = f" {row['location']}" if row["location"] else ""
    return f"- {row['source']}{where}：{row['reason']}。{row['remedy']}。"


def rejections(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "rejected.jsonl").read_text("utf-8").splitlines()]


def unmatched(folder: Path) -> list[str]:
    """Lines of the lists of what was withdrawn that named nothing."""
    return [told(row) for row in rejections(folder) if is_list(row["source"])]


def topic_lines(folder: Path, chain: str) -> Iterator[str]:
    rank = {p.topic_id: p for p in load(Priority, folder / "data" / "priorities.parquet")}
    if loss := continued(folder)[1]:
        yield f"- 提示：{loss}"
    topics = sorted(load(Topic, folder / "data" / "topics.parquet"), key=lambda t: (rank[t.topic_id].rank, t.topic_id))
    for segment in chain_of(chain).segments:
        found = [t for t in topics if t.segment == segment.id]
        yield f"- {segment.name}：" + ("；".join(topic_line(t, rank[t.topic_id]) for t in found[:FIRST]) or "样本太少，没有形成主题")
    yield f"- 链条之外另有 {sum(t.segment == 'none' for t in topics)} 组，见草稿附录一"


def topic_line(topic: Topic, priority: Priority) -> str:
    return f"第 {priority.rank} 位 {topic.label}（需求 {topic.n_demands}、条款 {topic.n_clauses}、专利 {topic.n_patents}，可信度 {priority.confidence}）"
