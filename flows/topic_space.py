"""Vectors as topics are found in: the sentence vectors, seen along the axes of models/topic-space."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from flows.settings import ROOT
from flows.static_model import space_of
from flows.store import Artefact, digest, write_bytes
from flows.vectors import clustered_ids, vector_blocks
from nlp.embed import Encoder, Vectors, centre
from nlp.records import UnitHead
from nlp.topics.space import KindMeans, kind_means
from nlp.topics.subject_axes import AXES_FILE, Labelled, Paired, SubjectAxes, fit_axes, load_axes, pack_axes

__all__ = ["Seen", "build", "frame_name", "see", "subject_vectors"]

FOLDER = ROOT / "models" / "topic-space"
LEVELS = (4, 3)  # characters of an IPC symbol: subclass (H01L), class (H01)
DIMENSIONS, SHRINK, POWER = 128, 0.5, 0.1
Texts = Sequence[str]


def axes_folder(encoder: str) -> Path | None:
    """Where the axes for an encoder's vectors lie: in its own folder, else models/topic-space if these are of its space, else nowhere."""
    own = ROOT / "models" / encoder
    if (own / AXES_FILE).is_file():
        return own
    return FOLDER if load_axes(FOLDER).encoder == space_of(encoder) else None


def subject_vectors(centred: Vectors, *, encoder: str) -> Vectors:
    """[n, d] vectors centred by kind or collection -> along the encoder's axes; as they are, when it has none."""
    axes = axes_of(encoder)
    return axes.of(centred) if axes else centred


def axes_of(encoder: str) -> SubjectAxes | None:
    folder = axes_folder(encoder)
    return load_axes(folder) if folder else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Units that go into topics and, row by row, their vectors less the mean of their kind, along the encoder's axes."""

    units: Sequence[UnitHead]
    rows: Vectors
    kinds: KindMeans


def see(units: Iterable[UnitHead], source: Artefact, *, encoder: str, known: KindMeans | None) -> Seen:
    """The vectors of a file; `known` means of kinds stay. The vectors as they were made are read some rows at a time."""
    by_id = {u.unit_id: u for u in units}
    inside = [by_id[i] for i in clustered_ids(source)]
    kinds = kind_means(inside, vector_blocks(source), known=known)
    axes, found, start = axes_of(encoder), np.zeros((len(inside), 1), dtype=np.float32), 0
    for rows in vector_blocks(source):
        centred = kinds.centred(inside[start : start + len(rows)], rows)
        turned = axes.of(centred) if axes else centred
        if not start:
            found = np.empty((len(inside), turned.shape[1]), dtype=np.float32)
        found[start : start + len(rows)] = turned
        start += len(rows)
    return Seen(units=inside, rows=found, kinds=kinds)


def frame_name(encoder: str) -> str:
    """What a registry of topics must have been made with to be continued: the encoder, and the axes where they apply."""
    folder = axes_folder(encoder)
    return f"{encoder}+axes-{digest(folder / AXES_FILE)[:8]}" if folder else encoder


def rows_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def ends(rows: Iterable[dict[str, object]], name: str) -> list[str]:
    return [str(row[name]) for row in rows]


def build(data: Path, report: Callable[[str], None], *, encoder: Encoder, folder: Path = FOLDER, shrink: float = SHRINK) -> Path:
    """Fit the axes of `folder` on disciplines, IPC symbols and title-abstract pairs of `data`; the texts of the two clustering golds
    and everything that equals them take no part."""
    measured = {text for name in ("patents", "csldcp") for text in ends(rows_of(data / "gold" / f"clusters_{name}.jsonl"), "text")}
    abstracts = [row for part in ("train", "dev") for row in rows_of(data / "data" / "csldcp" / f"{part}.jsonl") if row["content"] not in measured]
    papers = [row for row in rows_of(data / "data" / "csl" / "dev.jsonl") if row["abstract"] not in measured]
    patents = [row for row in rows_of(data / "data" / "patents" / "patents.jsonl") if f"{row['title']}\n{row['abstract']}" not in measured]
    titles = rows_of(data / "data" / "patents" / "titles_ipc.jsonl")
    report(f"摘要 {len(abstracts)} 篇，论文 {len(papers)} 篇，专利 {len(patents)} 件，带 IPC 的标题 {len(titles)} 条")

    def vectors(texts: Texts) -> Vectors:
        return centre(encoder.encode(texts))

    paper_vectors, title_vectors = vectors(ends(papers, "abstract")), vectors(ends(titles, "title"))
    ipc = [[str(code) for code in row["ipc"]] for row in titles if isinstance(row["ipc"], list)]
    labelled = [Labelled(vectors=vectors(ends(abstracts, "content")), subjects=[frozenset({label}) for label in ends(abstracts, "label")]),
                Labelled(vectors=paper_vectors, subjects=[frozenset({label}) for label in ends(papers, "discipline")]),
                *(Labelled(vectors=title_vectors, subjects=[frozenset(code[:level] for code in codes) for codes in ipc]) for level in LEVELS)]
    paired = [Paired(first=paper_vectors, second=vectors(ends(papers, "title"))),
              Paired(first=vectors(ends(patents, "abstract")), second=vectors(ends(patents, "title")))]
    report("拟合方向")
    axes = fit_axes(labelled, paired, dimensions=DIMENSIONS, shrink=shrink, power=POWER)
    write_bytes(pack_axes(SubjectAxes(encoder=encoder.name, axes=axes)), folder / AXES_FILE)
    return folder
