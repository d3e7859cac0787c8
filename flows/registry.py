"""The registry of topics on disk: part of a run's folder, so that it is published with the run or not at all."""

import io
import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from flows.cache import UNREADABLE
from flows.store import Artefact, digest, latest, load, save, write_bytes, write_json
from nlp.topics.registry import Member, Registry, TopicMemory
from nlp.topics.space import KindMeans, Space

__all__ = ["ChainMemory", "continued", "last_memory", "read_kinds", "read_memory", "write_memory"]

FORMAT = 1
FOLDER = "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainMemory:
    """What is remembered of a chain's topics, a registry a segment; `loss` says what could not be read of it."""

    folder: Path | None = None  # of the run that it is read from
    encoder: str = ""
    kinds: KindMeans | None = None
    segments: Mapping[str, Registry]
    loss: str = ""


def previous_runs(out: Path, chain: str) -> Iterator[Path]:
    """The published refreshes of the chain, the latest first, then from the newest to the oldest; without those of a damaged manifest."""
    newest = latest(out)
    folders = sorted((p.parent for p in out.glob("*/manifest.json") if p.parent.name != "latest"), key=lambda p: p.name, reverse=True)
    for folder in [*([newest] if newest else []), *(f for f in folders if newest is None or f.name != newest.name)]:
        if refreshed_chain(folder / "manifest.json") == chain:
            yield folder


def last_memory(out: Path, chain: str) -> ChainMemory:
    """Of the newest run of the chain whose registry can be read: topics keep their ids where that of the last run is lost or torn.

    `loss` names the run that was passed over; without any run there is nothing, and no loss.
    """
    losses = list[str]()
    for folder in previous_runs(out, chain):
        memory = ChainMemory(segments={}, loss=f"主题登记表已被改动（{'、'.join(names)}）") if (names := altered(folder)) else read_memory(folder)
        if not memory.loss:
            told = f"{losses[0]}；主题编号沿用更早的运行 {folder.name}，其后新增的主题可能得到新编号" if losses else ""
            return replace(memory, loss=told)
        losses.append(f"运行 {folder.name} 的{memory.loss}")
    return ChainMemory(segments={}, loss=f"{losses[0]}，更早的也没有可用的" if losses else "")


def refreshed_chain(manifest: Path) -> str | None:
    """Of a refresh; None of an intake, which finds no topics, and where the file is missing or damaged."""
    try:
        said = json.loads(manifest.read_text("utf-8"))
        return None if said.get("kind") == "intake" else said.get("chain")
    except (OSError, ValueError):
        return None


def altered(folder: Path) -> list[str]:
    """Files of the registry that are there but are not those of the manifest: a wrong byte may still be readable."""
    said = json.loads((folder / "manifest.json").read_text("utf-8")).get("artefacts", ())
    files = {folder / a["path"]: a["sha256"] for a in said if a["path"].startswith(f"{FOLDER}/")}
    return [path.name for path, sha256 in files.items() if path.is_file() and digest(path) != sha256]


def read_memory(folder: Path | None) -> ChainMemory:
    """The registry in a run's folder; empty, with the reason, where there is none or it cannot be read."""
    if folder is None:
        return ChainMemory(segments={})
    if not (folder / FOLDER / "registry.json").is_file():
        return ChainMemory(segments={}, loss="主题登记表不在了")
    try:
        head = json.loads((folder / FOLDER / "registry.json").read_text("utf-8"))
        if head.get("format") != FORMAT:
            return ChainMemory(segments={}, loss=f"主题登记表的格式为 {head.get('format')}，本版本只认 {FORMAT}")
        found = {name: read_segment(folder / FOLDER, name, head["encoder"], known) for name, known in head["segments"].items()}
        kinds = read_kinds(folder)
    except UNREADABLE as error:
        return ChainMemory(segments={}, loss=f"主题登记表读不出（{type(error).__name__}）")
    return ChainMemory(folder=folder, encoder=head["encoder"], kinds=kinds, segments=found)


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


def continued(run_folder: Path) -> tuple[str, str]:
    """The id of the run whose topics a run continued, empty for none, and what was lost before it, empty for nothing."""
    try:
        head = json.loads((run_folder / FOLDER / "registry.json").read_text("utf-8"))
    except (OSError, ValueError):
        return "", ""
    return head.get("continues", ""), head.get("loss", "")


def write_memory(memory: ChainMemory, run_folder: Path, *, without: Set[str] = frozenset()) -> dict[str, Artefact]:
    """Into the folder of a run; `memory` still names the folder of the run that is continued. `without`: units to be forgotten."""
    folder, segments = run_folder / FOLDER, dict(sorted(memory.segments.items()))
    head = {"format": FORMAT, "continues": memory.folder.name if memory.folder else "", "loss": memory.loss, "encoder": memory.encoder, "segments": {n: {"runs": list(r.runs), "fitted": r.fitted} for n, r in segments.items()}}
    written = {
        "registry": write_json(head, folder / "registry.json"),
        "registry_kinds": save_arrays(dict(memory.kinds.means) if memory.kinds else {}, folder / "kinds.npz"),
    }
    for name, r in segments.items():
        arrays = {**(r.space.arrays() if r.space else {}), "centroids": r.centroids, "unit_ids": np.array(r.unit_ids, dtype=str),
                  "points": r.points.astype(np.float32)}
        written[f"registry_{name}"] = save_arrays(arrays, folder / f"{name}.npz")
        written[f"registry_{name}_topics"] = save(TopicMemory, r.topics, folder / f"{name}.topics.parquet")
        written[f"registry_{name}_members"] = save(Member, (r.members[u] for u in sorted(r.members.keys() - without)), folder / f"{name}.members.parquet")
    return written


def save_arrays(arrays: Mapping[str, np.ndarray], path: Path) -> Artefact:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return replace(write_bytes(file.getvalue(), path), sha256=digest(path))
