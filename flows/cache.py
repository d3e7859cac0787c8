"""What was computed for a text is kept by the text's hash, one file a source, and computed again only when something it rests on changed.

A cache is never the truth: it may be deleted at any time, an entry that cannot be read is computed again, and what it rests
on (model card, code, lexicons, precision) is part of its folder's name, so that an old entry is never taken for a new one.
"""

import hashlib
import json
import platform
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

import numpy as np

from flows.store import load, save, write_bytes
from nlp.embed import Vectors
from nlp.records import TermMention, Unit

__all__ = ["Cache", "fingerprint", "text_key"]

Extract = Callable[[Sequence[tuple[str, str]]], Sequence[TermMention]]
Encode = Callable[[Sequence[str]], Vectors]
UNREADABLE = (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError)  # what a torn or foreign file makes a reader raise


def text_key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """Of the contents of files, in the order of their names, and of words such as a setting or a library's version."""
    total = hashlib.sha256(json.dumps([*words, platform.machine()]).encode())
    for path in sorted(files):
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


@dataclass(slots=True)
class Cache:
    """Kept results below a folder. `reused` and `computed` count texts since it was made."""

    folder: Path
    reused: int = 0
    computed: int = 0
    used: set[Path] = field(default_factory=set)

    def vectors(self, units: Sequence[Unit], stamp: str, encode: Encode) -> Vectors:
        """[n, d] of the units' texts; only texts that no file of theirs holds are encoded."""
        home = self.home("vectors", stamp)
        known = {source: read_vectors(home / f"{source}.npz") for source in sources(units)}
        fresh = self.missing(units, known)
        every = {key: row for rows in known.values() for key, row in rows.items()}
        every |= dict(zip((key for key, _ in fresh), encode([text for _, text in fresh]), strict=True)) if fresh else {}
        self.used |= {home / f"{source}.npz" for source in known}
        for source, keys in sources(units).items():
            if keys.keys() != known[source].keys():
                write_bytes(packed({k: every[k] for k in keys}), home / f"{source}.npz")
        return np.stack([every[text_key(u.text)] for u in units]) if units else np.zeros((0, 1), dtype=np.float32)

    def mentions(self, units: Sequence[Unit], stamp: str, extract: Extract) -> list[TermMention]:
        """Of every unit, by unit id and place; only texts that no file of theirs holds are searched."""
        home = self.home("mentions", stamp)
        known = {source: read_mentions(home / source) for source in sources(units)}
        fresh = self.missing(units, known)
        every = {key: found for rows in known.values() for key, found in rows.items()} | {key: [] for key, _ in fresh}
        for m in extract(fresh) if fresh else ():
            every[m.unit_id].append(m)
        self.used |= {home / source for source in known}
        for source, keys in sources(units).items():
            if keys.keys() != known[source].keys():
                save(TermMention, [m for k in sorted(keys) for m in every[k]], home / source / "mentions.parquet")
                write_bytes("\n".join(sorted(keys)).encode(), home / source / "texts.txt")
        return [replace(m, unit_id=u.unit_id) for u in sorted(units, key=lambda u: u.unit_id) for m in every[text_key(u.text)]]

    def home(self, kind: str, stamp: str) -> Path:
        """The folder of results that rest on `stamp`; those of older stamps are removed."""
        for old in (self.folder / kind).glob("*"):
            if old.name != stamp:
                shutil.rmtree(old, ignore_errors=True)
        return self.folder / kind / stamp

    def sweep(self) -> None:
        """Remove what no text of this run used: of a source that is gone, withdrawn or replaced nothing stays. Only after all stages.

        Partitions in a store of their own (`[scale] store`) are others' too: see flows.places.sweep.
        """
        for path in {p for kind in ("vectors", "mentions") for p in (self.folder / kind).glob("*/*")} - self.used:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        shutil.rmtree(self.folder / "partitions", ignore_errors=True)

    def missing(self, units: Sequence[Unit], known: Mapping[str, Mapping[str, object]]) -> list[tuple[str, str]]:
        """(key, text) of the texts to be computed, each once, in the order of their keys."""
        held = {key for rows in known.values() for key in rows}
        wanted = {text_key(u.text): u.text for u in units}
        fresh = sorted((key, text) for key, text in wanted.items() if key not in held)
        self.reused, self.computed = self.reused + len(wanted) - len(fresh), self.computed + len(fresh)
        return fresh


def sources(units: Sequence[Unit]) -> dict[str, dict[str, None]]:
    """File name of a partition -> the keys of its texts, in order: one partition a source file."""
    found: dict[str, dict[str, None]] = {}
    for u in units:
        name = hashlib.sha1(u.source_file.encode(), usedforsecurity=False).hexdigest()[:16]
        found.setdefault(name, {})[text_key(u.text)] = None
    return found


def packed(rows: Mapping[str, Vectors]) -> bytes:
    buffer = BytesIO()
    keys = sorted(rows)
    np.savez(buffer, keys=np.array(keys), vectors=np.stack([rows[k] for k in keys]).astype(np.float32))
    return buffer.getvalue()


def read_vectors(path: Path) -> dict[str, Vectors]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    except UNREADABLE:
        return {}


def read_mentions(folder: Path) -> dict[str, list[TermMention]]:
    """The texts are listed beside the mentions, for a text may hold none. They are written last: a torn pair is not used."""
    try:
        keys = (folder / "texts.txt").read_text("utf-8").split()
        found: dict[str, list[TermMention]] = {k: [] for k in keys}
        for m in load(TermMention, folder / "mentions.parquet"):
            found[m.unit_id].append(m)
        return found
    except UNREADABLE:
        return {}
