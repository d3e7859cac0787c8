"""The registry of topics on disk: part of a run's folder, so that it is published with the run or not at all."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from flows.cache import UNREADABLE
from flows.store import Artefact, digest, latest, load, save, write_bytes, write_json
from nlp.topics.registry import Member, Registry, TopicMemory
from nlp.topics.space import KindMeans, Space

__all__ = ["ChainMemory", "previous_run", "read_kinds", "read_memory", "write_memory"]

FORMAT = 1
FOLDER = "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainMemory:
    """What is remembered of a chain's topics, a registry a segment; `loss` says why there is none."""

    encoder: str = ""
    kinds: KindMeans | None = None
    segments: Mapping[str, Registry]
    loss: str = ""


def previous_run(out: Path, chain: str) -> Path | None:
    """The last published refresh of the chain: the latest, or an older one where the latest was of another chain or is damaged."""
    newest = latest(out)
    folders = sorted((p for p in out.glob("*/manifest.json") if p.parent.name != "latest"), key=lambda p: p.parent.name, reverse=True)
    for folder in [*([newest] if newest else []), *(p.parent for p in folders)]:
        if refreshed_chain(folder / "manifest.json") == chain:
            return folder
    return None


def refreshed_chain(manifest: Path) -> str | None:
    """Of a refresh; None of an intake, which finds no topics, and where the file is missing or damaged."""
    try:
        said = json.loads(manifest.read_text("utf-8"))
        return None if said.get("kind") == "intake" else said.get("chain")
    except (OSError, ValueError):
        return None


def read_memory(folder: Path | None) -> ChainMemory:
    """The registry in a run's folder; empty, with the reason, where there is none or it cannot be read."""
    if folder is None:
        return ChainMemory(segments={})
    if not (folder / FOLDER / "registry.json").is_file():
        return ChainMemory(segments={}, loss="上次运行没有留下主题登记表")
    try:
        head = json.loads((folder / FOLDER / "registry.json").read_text("utf-8"))
        if head.get("format") != FORMAT:
            return ChainMemory(segments={}, loss=f"主题登记表的格式为 {head.get('format')}，本版本只认 {FORMAT}")
        found = {name: read_segment(folder / FOLDER, name, head["encoder"], known) for name, known in head["segments"].items()}
        kinds = read_kinds(folder)
    except UNREADABLE as error:
        return ChainMemory(segments={}, loss=f"上次的主题登记表读不出（{type(error).__name__}）")
    return ChainMemory(encoder=head["encoder"], kinds=kinds, segments=found)


def read_kinds(folder: Path) -> KindMeans:
    """The means of kinds alone. Raises OSError where there are none."""
    with np.load(folder / FOLDER / "kinds.npz", allow_pickle=False) as arrays:
        return KindMeans(means={name: arrays[name] for name in arrays})


def read_segment(folder: Path, name: str, encoder: str, known: Mapping[str, Any]) -> Registry:
    with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
        return Registry(
            segment=name, encoder=encoder, runs=tuple(known["runs"]), fitted=known["fitted"], space=Space.of(arrays) if "axes" in arrays else None,
            centroids=arrays["centroids"].astype(np.float64), topics=tuple(load(TopicMemory, folder / f"{name}.topics.parquet")),
            members={m.unit_id: m for m in load(Member, folder / f"{name}.members.parquet")},
            unit_ids=tuple(arrays["unit_ids"].tolist()), points=arrays["points"].astype(np.float64))


def write_memory(memory: ChainMemory, run_folder: Path) -> dict[str, Artefact]:
    folder, segments = run_folder / FOLDER, dict(sorted(memory.segments.items()))
    head = {"format": FORMAT, "encoder": memory.encoder, "segments": {n: {"runs": list(r.runs), "fitted": r.fitted} for n, r in segments.items()}}
    written = {
        "registry": write_json(head, folder / "registry.json"),
        "registry_kinds": save_arrays(dict(memory.kinds.means) if memory.kinds else {}, folder / "kinds.npz"),
    }
    for name, r in segments.items():
        arrays = {**(r.space.arrays() if r.space else {}), "centroids": r.centroids, "unit_ids": np.array(r.unit_ids, dtype=str),
                  "points": r.points.astype(np.float32)}
        written[f"registry_{name}"] = save_arrays(arrays, folder / f"{name}.npz")
        written[f"registry_{name}_topics"] = save(TopicMemory, r.topics, folder / f"{name}.topics.parquet")
        written[f"registry_{name}_members"] = save(Member, (r.members[u] for u in sorted(r.members)), folder / f"{name}.members.parquet")
    return written


def save_arrays(arrays: Mapping[str, np.ndarray], path: Path) -> Artefact:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return replace(write_bytes(file.getvalue(), path), sha256=digest(path))
