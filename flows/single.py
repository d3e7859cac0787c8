"""One stage at a time: JSON Lines in, JSON Lines out (CONTRACT: the commands terms, segments, topics, embed)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from flows.discover import terms_by_unit
from flows.progress import display
from flows.settings import ROOT, read
from flows.store import write_bytes
from flows.topic_space import subject_vectors
from flows.understand import LEXICONS, encoder_of, extractor_of, verdicts_of
from flows.vectors import write_vectors
from nlp.embed import Vectors, centre
from nlp.errors import LuxiantuError, MalformedRecord, UnreadableDocument
from nlp.records import TermMention, Unit
from nlp.terms import best_terms, load_lexicon, merge
from nlp.terms.tiers import Extractor, FullExtractor, Tier

__all__ = ["embed", "explain", "keywords", "read_units", "segments", "terms", "topics"]

REMEDY = '每行应是一个 JSON 对象，含字符串 "id" 与 "text"'


def read_units(path: Path) -> list[Unit]:
    """Lines {"id", "text"} as units; raises naming the first line that is not one."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableDocument(path.name, "不是 UTF-8 编码", "请转存为 UTF-8 的 JSON Lines") from error
    units, known = [], set()
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            unit = unit_of(path.name, number, line)
            if unit.unit_id in known:
                raise MalformedRecord(f"{path.name} 第{number}行", f"编号 {unit.unit_id} 重复", "请让每行的 id 各不相同")
            known.add(unit.unit_id)
            units.append(unit)
    return units


def unit_of(name: str, number: int, line: str) -> Unit:
    where = f"{name} 第{number}行"
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise MalformedRecord(where, f"不是合法的 JSON（{error.msg}）", REMEDY) from error
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(row.get("text"), str):
        raise MalformedRecord(where, "缺少 id 或 text，或不是字符串", REMEDY)
    ipc = row.get("ipc")
    return Unit(unit_id=row["id"], unit_kind="demand", title="", text=row["text"], region="未知", organisation=None, source_file=name,
                source_location=f"第{number}行", ipc=tuple(str(code) for code in ipc) if isinstance(ipc, list) else ())


def write_lines(rows: Iterable[Mapping[str, object]], path: Path) -> None:
    write_bytes("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(), path)


def extractor(tier: Tier | None = None) -> Extractor:
    settings = read()
    return extractor_of(replace(settings, terms=replace(settings.terms, tier=tier)) if tier else settings, load_lexicon(LEXICONS))


def mentions_of(units: list[Unit], tier: Tier | None = None) -> list[TermMention]:
    return extractor(tier).extract((u.unit_id, u.text) for u in units)


def explain(source: Path, target: Path, tier: Tier | None = None) -> None:
    """Why the strings of the first text did or did not become terms, as one HTML page."""
    from nlp.terms.explain import explain_html

    first = read_units(source)[0]
    write_bytes(explain_html(first.text, extractor(tier).explain(first.text)).encode(), target)


def keywords(source: Path, target: Path) -> None:
    from nlp.terms.keywords import load_weights, rank_keywords

    weights = load_weights((ROOT / "models" / "keyword-ranker" / "ranker.safetensors").read_bytes())
    units, engine = read_units(source), extractor()
    evidence = engine.evidence([u.text for u in units]) if isinstance(engine, FullExtractor) else None
    ranked = rank_keywords([(u.unit_id, u.text) for u in units], load_lexicon(LEXICONS), weights, evidence=evidence)
    write_lines(({"id": unit_id, "terms": [{"term": k.term, "score": round(k.score, 4)} for k in found]} for unit_id, found in ranked.items()), target)


def terms(source: Path, target: Path, tier: Tier | None = None) -> None:
    units = read_units(source)
    with display.stage("提取术语", "terms"):
        by_unit: dict[str, list[TermMention]] = {u.unit_id: [] for u in units}
        for mention in mentions_of(units, tier):
            by_unit[mention.unit_id].append(mention)
    write_lines(({"id": unit_id, "terms": [{"term": m.surface, "start": m.start, "end": m.end, "score": round(m.score, 4)} for m in best_terms(found)]}
                 for unit_id, found in by_unit.items()), target)


def segments(source: Path, target: Path, chain_name: str) -> None:
    verdicts = verdicts_of(read_units(source), chain_name, read())
    write_lines(({"id": v.unit_id, "segment": v.segment, "score": round(v.score, 4), "doubtful": v.doubtful,
                  "alternatives": [{"segment": s, "score": round(x, 4)} for s, x in v.alternatives]} for v in verdicts), target)


def encode(units: list[Unit]) -> tuple[Vectors, str]:
    with display.stage("计算句向量", "embed", total=len(units)):
        encoder = encoder_of(read(), display.advance)
        return encoder.encode([u.text for u in units]), encoder.name


def embed(source: Path, target: Path) -> None:
    units = read_units(source)
    vectors, name = encode(units)
    write_vectors([u.unit_id for u in units], vectors, name, target)


def topics(source: Path, target: Path) -> None:
    """Topics of one mixed collection, not split by segment."""
    from nlp.topics import discover  # here, because BERTopic takes twenty seconds to import

    units, settings = read_units(source), read()
    table = merge(mentions_of(units), load_lexicon(LEXICONS), [(u.unit_id, u.text) for u in units])
    vectors, encoder = encode(units)
    with display.stage("发现主题", "topics"):
        found = discover(units, subject_vectors(centre(vectors), encoder=encoder), terms_by_unit(table.mentions, table.terms), segment="all", seed=settings.run.seed, options=settings.topics)
    write_lines(({"id": a.unit_id, "topic": a.topic_id, "method": a.method} for a in found.assignments), target)


def checked_output(path: Path) -> Path:
    """Refuse an output that cannot be written before any work is done."""
    if path.is_dir():
        raise LuxiantuError(str(path), "输出应是文件，而它是一个目录", "请用 -o 指定文件名")
    return path


