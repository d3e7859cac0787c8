"""Reads new material in a process of its own: `luxiantu intake` as ever, then its rows into the queue.

    python -m triage.worker UPLOAD_ID      the database and the output folder come from the environment
"""

import json
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from flows.store import Locked, write_bytes
from nlp.errors import LuxiantuError
from triage.database import Store, UploadRow, database_url
from triage.importing import Imported, import_run
from triage.judging import Judge
from triage.scans import keep_crops

__all__ = ["OUT", "URL", "main", "originals", "read_in", "take_in"]

URL, OUT = "DATABASE_URL", "LUXIANTU_TRIAGE_OUT"
RULES = "rule_pack.toml"  # of the last notice, below outputs/state


def originals(inboxes: Sequence[Path]) -> dict[str, str]:
    """demand -> title + "\\n" + text before masking, read again by the same readers; offsets are those of the masked text."""
    from flows.ingest import LEXICONS, find_files, received
    from flows.sandbox import Sandbox
    from nlp.parse import load_regions, load_synonyms, parse

    synonyms, regions = load_synonyms(LEXICONS / "columns.toml"), load_regions(LEXICONS / "regions.toml")
    found: dict[str, str] = {}
    with Sandbox() as sandbox:
        for file in find_files(inboxes):
            for item in received(file):
                if item.refused is None:
                    try:
                        parsed = parse(sandbox.read(item.name, item.data), kind=None, synonyms=synonyms, regions=regions)
                    except LuxiantuError:
                        continue  # set aside by intake, with its reason
                    for d in parsed.demands:
                        found.setdefault(d.demand_id, f"{d.title}\n{d.text}")
    return found


def read_in(store: Store, folder: Path, *, out: Path, actor: str, unmasked: dict[str, str] | None = None) -> Imported:
    """One published intake folder into the queue; `out` is the page's own output folder, where its pictures are kept."""
    from flows.facts import load_finder, load_masker

    keep_crops(folder, out / "state")
    chain = str(json.loads((folder / "manifest.json").read_text("utf-8"))["chain"])
    return import_run(store, folder, judge=Judge(chain, load_masker()), finder=load_finder(), actor=actor, originals=unmasked)


def take_in(store: Store, inboxes: Sequence[Path], *, out: Path, actor: str, notice: Path | None = None, as_of: date | None = None) -> tuple[Imported, Path]:
    """Files and folders through `intake` into the queue. Without a notice among them, the rules of the last one hold."""
    from flows.intake import intake

    kept = out / "state" / RULES
    folder = intake(list(inboxes), notice or (kept if kept.is_file() else None), out=out / "state" / "intake", as_of=as_of)
    rules = folder / RULES
    if rules.is_file() and rules.read_bytes().strip():
        write_bytes(rules.read_bytes(), kept)
    return read_in(store, folder, out=out, actor=actor, unmasked=originals(inboxes)), folder


def main(upload_id: str) -> int:
    out = Path(os.environ[OUT])
    store = Store(database_url(os.environ.get(URL), out))
    files = out / "state" / "uploads" / upload_id
    with store.reading() as session:
        upload = session.get(UploadRow, upload_id)
        actor = upload.actor if upload else "系统"
        own_notice = bool(upload and json.loads(upload.outcome).get("own_notice"))
    try:
        if own_notice:
            (out / "state" / RULES).unlink(missing_ok=True)
        done, folder = take_in(store, [files], out=out, actor=actor)
    except (LuxiantuError, Locked, OSError) as error:
        _finish(store, upload_id, "失败", str(error), {})
        return 1
    rejected = [json.loads(line) for line in (folder / "rejected.jsonl").read_text("utf-8").splitlines()]
    said = f"新增 {done.added} 份，其中重新报送 {done.reopened} 份；已在队列中 {done.known} 份；搁置 {len(rejected)} 项"
    _finish(store, upload_id, "完成", said, {"added": done.added, "known": done.known, "reopened": done.reopened, "rejected": rejected[:200]})
    return 0


def _finish(store: Store, upload_id: str, state: str, message: str, outcome: dict[str, object]) -> None:
    with store.writing() as session:
        upload = session.get(UploadRow, upload_id)
        if upload is not None:
            upload.state, upload.message, upload.outcome = state, message, json.dumps(outcome, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
