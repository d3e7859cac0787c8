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
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flows.arrays import unpacked, write_arrays
from flows.columns import ByKey, Columns, compact, to_columns
from flows.store import load, save, save_table, schema, write_bytes
from nlp.embed import Vectors
from nlp.records import Demand, TermMention, Understood, Unit
from nlp.understand.demand import as_one, renamed

__all__ = ["Cache", "fingerprint", "text_key"]

Extract = Callable[[Sequence[tuple[str, str]]], Iterable[TermMention]]  # (key, text) -> under the keys, those of a key together
Understand = Callable[[Sequence[tuple[str, str]]], Iterable[Understood]]  # (key, title and text as one) -> one each, under the key
Encode = Callable[[Sequence[str]], Iterable[Vectors]]  # a row a text
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
        home, keys = self.home("vectors", stamp), [text_key(u.text) for u in units]
        parts = sources((u.source_file for u in units), keys)
        known = {source: read_vectors(home / f"{source}.npz") for source in parts}
        changed = [source for source, own in parts.items() if own.keys() != known[source].keys()]
        fresh = self.missing((u.text for u in units), keys, known)
        made = zip((key for key, _ in fresh), encode([text for _, text in fresh]), strict=True) if fresh else ()
        found = in_order(keys, chain(*(rows.items() for rows in known.values()), made))
        self.used |= {home / f"{source}.npz" for source in parts}
        row = {key: i for i, key in enumerate(keys)}
        known.clear()
        for source in changed:
            own = sorted(parts[source])
            write_arrays({"keys": np.array(own), "vectors": found[[row[key] for key in own]]}, home / f"{source}.npz")
        return found

    def mentions(self, units: Sequence[Unit], stamp: str, extract: Extract) -> Columns[TermMention]:
        """Of every unit, by unit id and place; only texts that no file of theirs holds are searched."""
        home, keys = self.home("mentions", stamp), [text_key(u.text) for u in units]
        parts = sources((u.source_file for u in units), keys)
        known = {source: read_mentions(home / source) for source in parts}
        fresh = self.missing((u.text for u in units), keys, {source: kept.texts for source, kept in known.items()})
        every = ByKey([*(kept.mentions for kept in known.values()), to_columns(TermMention, extract(fresh) if fresh else ())])
        self.used |= {home / source for source in parts}
        for source, texts in parts.items():
            if texts.keys() != known[source].texts:
                own = sorted(texts)
                save_table(every.of(own, own).cast(schema(TermMention)).combine_chunks(), home / source / "mentions.parquet")
                write_bytes("\n".join(own).encode(), home / source / "texts.txt")
        ids, theirs = zip(*sorted(zip((u.unit_id for u in units), keys, strict=True)), strict=True) if units else ((), ())
        return Columns(TermMention, every.of(theirs, ids))

    def understood(self, demands: Sequence[Demand], stamp: str, understand: Understand) -> list[Understood]:
        """Of every demand, in their order, under their ids; only those whose title and text no file of theirs holds are looked at."""
        texts = [as_one(d.title, d.text) for d in demands]
        home, keys = self.home("understood", stamp), [text_key(text) for text in texts]
        parts = sources((d.source_file for d in demands), keys)
        known = {source: read_understood(home / f"{source}.parquet") for source in parts}
        fresh = self.missing(texts, keys, known)
        every = {u.demand_id: u for u in chain(*(kept.values() for kept in known.values()), understand(fresh) if fresh else ())}
        self.used |= {home / f"{source}.parquet" for source in parts}
        for source, own in parts.items():
            if own.keys() != known[source].keys():
                save(Understood, [every[key] for key in sorted(own)], home / f"{source}.parquet")
        return [renamed(every[key], d.demand_id) for key, d in zip(keys, demands, strict=True)]

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
        for path in {p for kind in ("vectors", "mentions", "understood") for p in (self.folder / kind).glob("*/*")} - self.used:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        shutil.rmtree(self.folder / "partitions", ignore_errors=True)

    def missing(self, texts: Iterable[str], keys: Sequence[str], known: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
        """(key, text) of the texts to be computed, each once, in the order of their keys."""
        held = {key for kept in known.values() for key in kept}
        wanted = dict(zip(keys, texts, strict=True))
        fresh = sorted((key, text) for key, text in wanted.items() if key not in held)
        self.reused, self.computed = self.reused + len(wanted) - len(fresh), self.computed + len(fresh)
        return fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMentions:
    """Of one source: the keys of its texts, for a text may hold no mention, and the mentions under them."""

    texts: frozenset[str]
    mentions: pa.Table


def sources(files: Iterable[str], keys: Sequence[str]) -> dict[str, dict[str, None]]:
    """`files`: the source file of each key. File name of a partition -> the keys of its texts, in order: one partition a source file."""
    names, found = dict[str, str](), dict[str, dict[str, None]]()
    for file, key in zip(files, keys, strict=True):
        if file not in names:
            names[file] = hashlib.sha1(file.encode(), usedforsecurity=False).hexdigest()[:16]
        found.setdefault(names[file], {})[key] = None
    return found


def in_order(keys: Sequence[str], rows: Iterable[tuple[str, Vectors]]) -> Vectors:
    """[n, d]: the row of each key; rows are taken as they come, others beside the wanted ones are passed over."""
    first, found = dict[str, int](), np.zeros((0, 1), dtype=np.float32)
    places = np.array([first.setdefault(key, i) for i, key in enumerate(keys)], dtype=np.int64)
    for key, row in rows:
        if not len(found) and len(keys):
            found = np.zeros((len(keys), len(row)), dtype=np.float32)
        if key in first:
            found[first[key]] = row
    again = np.flatnonzero(places != np.arange(len(places)))
    found[again] = found[places[again]]
    return found


def read_vectors(path: Path) -> dict[str, Vectors]:
    try:
        return unpacked(path)
    except UNREADABLE:
        return {}


def read_understood(path: Path) -> dict[str, Understood]:
    try:
        return {u.demand_id: u for u in load(Understood, path)}
    except (*UNREADABLE, pa.ArrowException):
        return {}


def read_mentions(folder: Path) -> KeptMentions:
    """The texts are written last: a torn pair is not used."""
    shape = compact(TermMention)
    try:
        texts = frozenset((folder / "texts.txt").read_text("utf-8").split())
        table = pq.read_table(folder / "mentions.parquet").cast(shape).unify_dictionaries()
        if texts.issuperset(table.column(0).unique().to_pylist()):
            return KeptMentions(texts=texts, mentions=table)
    except (*UNREADABLE, pa.ArrowException):
        pass
    return KeptMentions(texts=frozenset(), mentions=shape.empty_table())
