"""Builds models/segments-ic: labelled texts, and texts whose IPC or field tells roughly where they belong."""

import csv
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from flows.settings import ROOT, read
from flows.store import write_bytes
from flows.understand import chain_of, encoder_of
from nlp.chain import NONE, Chain, classify
from nlp.chain_training import Example, cross_validated, fit_head, head_bytes
from nlp.records import ChainVerdict

__all__ = ["build", "labelled", "roughly_labelled"]

CHAIN = "ic"
SEEN, GUESSED, OUTSIDE = 0.4, 0.5, 0.3  # weight of a gold label, which the rules were written with; of a label by IPC; of "another field, so outside"
EVERY = {"patents": 4, "titles": 16, "csldcp": 16, "policies": 8}  # one in so many texts of another field is enough
SHORTEST = 8


def build(data: Path, report: Callable[[str], None]) -> Path:
    """Train on `data` (the folder with gold/ and data/) and our own labels; write weights.safetensors."""
    chain, encoder = chain_of(CHAIN), encoder_of(read())
    texts = sources(data)
    sure = labelled(data, texts)
    examples = [*sure, *roughly_labelled(texts, chain, {e.text for e in sure})]
    report(f"标注文本 {len(sure)} 篇，按 IPC 或领域推定的 {len(examples) - len(sure)} 篇")
    vectors = encoder.encode([e.text for e in examples])
    found = cross_validated([e.unit_id for e in sure], examples, vectors, chain=chain, encoder=encoder.name)
    report(f"按文本交叉验证：{agreement(sure, found)}")
    folder = ROOT / "models" / f"segments-{CHAIN}"
    write_bytes(head_bytes(fit_head(examples, vectors, chain=chain, encoder=encoder.name)), folder / "weights.safetensors")
    return folder


def agreement(sure: Iterable[Example], found: dict[str, ChainVerdict]) -> str:
    """Share of right verdicts by origin: the id's part before the colon."""
    right: dict[str, list[bool]] = {}
    for e in sure:
        right.setdefault(e.unit_id.partition(":")[0], []).append(found[e.unit_id].segment == e.segment)
    return "，".join(f"{origin} {sum(hits)}/{len(hits)}" for origin, hits in right.items())


def lines(path: Path) -> Iterator[dict[str, str]]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def sources(data: Path) -> dict[str, dict[str, str]]:
    """Source -> id -> text, each as its file numbers it; a text is its title, a line end and its body."""
    patents, folder = data / "data" / "patents", data / "data"
    return {
        "patents": {r["id"]: f"{r['title']}\n{r['abstract']}" for r in lines(patents / "patents.jsonl")},
        "titles": {r["id"]: r["title"] for r in lines(patents / "titles_ipc.jsonl")},
        "subclasses": {r["id"]: " ".join(r["ipc"]) for r in lines(patents / "titles_ipc.jsonl")},
        "csl": {r["id"]: f"{r['title']}\n{r['abstract']}" for r in lines(folder / "csl" / "dev.jsonl")},
        "csldcp": {f"csldcp-{part}-{r['id']}": r["content"] for part in ("dev", "train") for r in lines(folder / "csldcp" / f"{part}.jsonl")},
        "demands": {r["id"]: f"{r['title']}\n{r['text']}" for r in lines(folder / "demands" / "demands.jsonl")},
        "policies": {f"{path.stem}-{n}": line.strip() for path in sorted((folder / "policies" / "gov_reports_2026").glob("*.csv"))
                     for n, line in enumerate(path.read_text("utf-8-sig").splitlines())},
    }


def labelled(data: Path, texts: dict[str, dict[str, str]], *, half: str | None = None) -> list[Example]:
    """Gold, our own labels (of one half, or both) and texts of our own wording. A text whose checksum differs is left out."""
    own = ROOT / "corpora" / "gold"
    found = [Example(unit_id=f"gold:{r['id']}", text=r["text"], segment=r["primary"], weight=SEEN) for r in lines(data / "gold" / "ic_segments.jsonl")]
    for r in lines(own / "segments_own.jsonl"):
        text = texts[r["source"]].get(r["id"], "")
        if zlib.crc32(text.encode()) == int(r["crc32"]) and half in (None, r["half"]):
            found.append(Example(unit_id=f"own:{r['id']}", text=text, segment=r["segment"], weight=0.5 if int(r["confidence"]) == 1 else 1.0))
    return found + [Example(unit_id=f"written:{r['id']}", text=r["text"], segment=r["segment"]) for r in lines(own / "segments_written.jsonl")]


def roughly_labelled(texts: dict[str, dict[str, str]], chain: Chain, known: set[str]) -> list[Example]:
    """Our sample patents by rules and IPC together; texts of other fields, in which the rules see nothing, outside."""
    found = [sample for row in csv.DictReader(io.StringIO(sample_patents())) if (sample := by_ipc(row, chain))]
    for source, every in EVERY.items():
        for name, text in texts[source].items():
            if len(text) >= SHORTEST and text not in known and zlib.crc32(name.encode()) % every == 0 and elsewhere(text, texts["subclasses"].get(name, ""), chain):
                found.append(Example(unit_id=f"{source}:{name}", text=text, segment=NONE, weight=OUTSIDE))
    return found


def sample_patents() -> str:
    return (ROOT / "corpora" / "sample" / "patents" / "patsnap_导出.csv").read_text("utf-8-sig")


def by_ipc(row: dict[str, str], chain: Chain) -> Example | None:
    text, codes = f"{row['标题']}\n{row['摘要']}", tuple(c.strip() for c in row["IPC分类号"].split("|"))
    verdict = classify("", text, chain=chain, ipc=codes)
    sure = verdict.segment == NONE or verdict.score >= 0.6
    return Example(unit_id=f"sample:{row['公开(公告)号']}", text=text, segment=verdict.segment, weight=GUESSED, ipc=codes) if sure else None


def elsewhere(text: str, subclasses: str, chain: Chain) -> bool:
    """No class of the chain among its IPC subclasses, and nothing in the words that speaks for the chain."""
    ours = any(code.startswith(subclass) for subclass in subclasses.split() for code, role in chain.ipc.items() if role.weight > 0)
    verdict = classify("", text, chain=chain)
    return not ours and verdict.segment == NONE and verdict.score > 0.9 and not any(name in text for name in chain.names)
