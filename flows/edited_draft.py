"""An edited Word draft -> what the analyst changed, noted for every later draft."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.draft import compose, material_of
from flows.draft_edits import note_draft_edits
from flows.store import load
from flows.topic_edits import add_edit, who_is_here
from nlp.options import DraftOptions
from nlp.overlay import find_edits
from nlp.records import DraftEdit, Rejected

__all__ = ["Taken", "take_edits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What an edited file held: changes noted for later drafts, topics renamed, and what cannot be changed in a document."""

    edits: tuple[DraftEdit, ...]
    renamed: int
    refused: tuple[Rejected, ...]


def take_edits(path: Path, folder: Path, out: Path, *, who: str | None, on: date) -> Taken:
    """Note what `path` says otherwise than the draft of the run in `folder`, for the next refresh.

    A changed title of a topic is a decision on the topic. Raises UnreadableDocument for a file that is no Word document.
    """
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    chain, person = manifest["chain"], who or who_is_here()
    material = material_of(folder, chain)
    composed = compose(material, load(DraftEdit, folder / "data" / "edits.parquet"), options=DraftOptions(**manifest["settings"]["draft"]))
    found = find_edits(composed.plain, path.read_bytes(), path.name, made_by=person, made_on=on, marks={m.mark: m.source_id for m in composed.marked.marks})
    renames = [e for e in found.edits if e.kind == "rename"]
    for e in renames:
        add_edit(out, chain=chain, topic_id=e.anchor.removeprefix("topic-"), action="rename", payload=(e.text,), reason=f"在 {path.name} 中修改", who=person)
    kept = tuple(e for e in found.edits if e.kind != "rename")
    note_draft_edits(out, chain, kept)
    return Taken(edits=kept, renamed=len(renames), refused=found.refused)
