"""Whether the last published run still stands: the same material, settings, data files, models, decisions and code, and its files intact.

Then there is nothing to redo. Anything that differs, and any output that was deleted or altered, asks for a whole run.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flows.draft_edits import read_draft_edits
from flows.inbox import InboxFile, find_files
from flows.run import Run, code_version, package_versions
from flows.settings import ROOT
from flows.store import digest, latest
from flows.topic_edits import read_edits
from nlp.records import Kind

__all__ = ["Asked", "asked", "standing_intake", "standing_run"]

DATA = ("corpora/lexicons", "corpora/chains", "models")  # what people or builds change beside the code


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run rests on, beside what the manifest says anyway. Written into the manifest as `asked`."""

    kind: str | None
    files: Mapping[str, str]  # name of an inbox file -> sha256, or why it cannot be read; of all files that have the name
    data: str  # of lexicons, chains and model cards
    decisions: str  # of the triage page's decisions and of people's edits


def asked(inboxes: Sequence[Path], kind: Kind | None, run: Run) -> Asked:
    """Raises EmptyCorpus when an inbox is not there."""
    return Asked(kind=kind, files=by_name(find_files(inboxes)), data=of_files(data_files()), decisions=decided(run))


def by_name(files: Iterable[InboxFile]) -> dict[str, str]:
    """Folders of one name in different places give files of one name."""
    found: dict[str, list[str]] = {}
    for file in files:
        found.setdefault(file.name, []).append(told(file.path))
    return {name: "，".join(said) for name, said in found.items()}


def told(path: Path) -> str:
    """The sha256; of a file that the disk does not give, why: reading sets it aside with that reason, as it did the last time."""
    try:
        return digest(path)
    except OSError as error:
        return f"读不出来（{error.strerror}）"


def data_files() -> list[Path]:
    found = (p for name in DATA for p in (ROOT / name).rglob("*") if p.suffix in (".toml", ".txt") or p.name == "build.json")
    return sorted(p for p in found if ".cache" not in p.parts)


def of_files(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(path.as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def decided(run: Run) -> str:
    log = run.out / "state" / "decisions.jsonl"
    edits = repr((read_edits(run.out, run.chain), read_draft_edits(run.out, run.chain)))
    return hashlib.sha256((log.read_bytes() if log.is_file() else b"") + edits.encode()).hexdigest()[:16]


def standing_run(wanted: Asked, run: Run) -> Path | None:
    """The folder of the last run when another would say the same; None otherwise, and always where a language model may name topics."""
    folder = latest(run.out)
    return folder if folder and not run.settings.labeller.enabled and stands(folder, wanted, run, ignoring=()) else None


def standing_intake(wanted: Asked, run: Run) -> Path | None:
    """The folder of the last intake when another would differ in its date at most."""
    manifests = sorted((p for p in run.out.glob("*/manifest.json") if p.parent.name != "latest"), key=lambda p: p.parent.name, reverse=True)
    folder = next((p.parent for p in manifests if said_by(p).get("kind") == "intake"), None)
    return folder if folder and stands(folder, wanted, run, ignoring=("as_of",)) else None


def stands(folder: Path, wanted: Asked, run: Run, *, ignoring: Sequence[str]) -> bool:
    manifest = said_by(folder / "manifest.json")
    same = {"as_of": run.as_of.isoformat(), "seed": run.seed, "chain": run.chain, "code_version": code_version(), "packages": package_versions(),
            "settings": asdict(run.settings), "asked": asdict(wanted)}
    if any(manifest.get(key) != json.loads(json.dumps(value)) for key, value in same.items() if key not in ignoring):
        return False
    return all(whole(folder / a["path"], a["sha256"]) for a in manifest["artefacts"])


def said_by(manifest: Path) -> dict[str, Any]:
    """Empty where the file is missing or torn."""
    try:
        said = json.loads(manifest.read_text("utf-8"))
        return said if isinstance(said, dict) else {}
    except (OSError, ValueError):
        return {}


def whole(path: Path, sha256: str) -> bool:
    return path.is_file() and digest(path) == sha256

