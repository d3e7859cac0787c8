"""What was computed for a text is kept by the text's hash, one file a source, and computed again only when something it rests on changed.

A cache is never the truth: it may be deleted at any time, an entry that cannot be read is computed again, and what it rests
on (model card, code, lexicons, precision) is part of its folder's name, so that an old entry is never taken for a new one.
"""

import hashlib
import json
import platform
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from flows.arrays import unpacked, write_arrays
from flows.columns import ByKey, Renamed, compact, to_columns
from flows.store import load, save, save_table, schema, write_bytes
from nlp.embed import Vectors
from nlp.records import Demand, TermMention, Understood, Unit
from nlp.understand.demand import as_one, renamed

__all__ = ["Cache", "fingerprint", "text_key"]

Extract = Callable[[Sequence[tuple[str, str]]], Iterable[TermMention]]  # (key, text) -> under the keys, those of a key together
Understand = Callable[[Sequence[tuple[str, str]]], Iterable[Understood]]  # (key, title and text as one) -> one each, under the key
Encode = Callable[[Sequence[str]], Iterable[Vectors]]  # a row a text
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError, zipfile.BadZipFile, zlib.error, EOFError)  # what a torn or foreign file makes a reader raise


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

    def vectors(self, units: Iterable[Unit], stamp: str, encode: Encode) -> Vectors:
        """[n, d] of the units' texts; only texts that no file of theirs holds are encoded."""
        home = self.home("vectors", stamp)
        asked = self.asked(texts_of(units), lambda source: read_vectors(home / f"{source}.npz").keys())
        kept = (read_vectors(home / f"{source}.npz").items() for source in asked.parts)  # once more, a file at a time
        made = zip((key for key, _ in asked.fresh), encode([text for _, text in asked.fresh]), strict=True) if asked.fresh else ()
        found = in_order(asked.keys, chain(chain.from_iterable(kept), made))
        self.used |= {home / f"{source}.npz" for source in asked.parts}
        row = {key: i for i, key in enumerate(asked.keys)}
        for source in asked.changed:
            own = sorted(asked.parts[source])
            write_arrays({"keys": np.array(own), "vectors": found[[row[key] for key in own]]}, home / f"{source}.npz")
        return found

    def mentions(self, units: Iterable[Unit], stamp: str, extract: Extract) -> Renamed[TermMention]:
        """Of every unit, by unit id and place; only texts that no file of theirs holds are searched."""
        home, known = self.home("mentions", stamp), list[pa.Table]()

        def held(source: str) -> frozenset[str]:
            kept = read_mentions(home / source)
            known.append(kept.mentions)
            return kept.texts

        asked = self.asked(texts_of(units), held)
        known.append(to_columns(TermMention, extract(asked.fresh) if asked.fresh else ()))
        asked.fresh.clear()  # the texts are not needed any more
        every = ByKey(known.pop() for _ in range(len(known)))
        self.used |= {home / source for source in asked.parts}
        for source in asked.changed:
            own = sorted(asked.parts[source])
            save_table(every.of(own, own).cast(schema(TermMention)).combine_chunks(), home / source / "mentions.parquet")
            write_bytes("\n".join(own).encode(), home / source / "texts.txt")
        order = sorted(range(len(asked.ids)), key=lambda i: (asked.ids[i], asked.keys[i]))
        return Renamed(TermMention, every, [asked.keys[i] for i in order], [asked.ids[i] for i in order])

    def understood(self, demands: Iterable[Demand], stamp: str, understand: Understand) -> list[Understood]:
        """Of every demand, in their order, under their ids; only those whose title and text no file of theirs holds are looked at."""
        home, known = self.home("understood", stamp), dict[str, Understood]()

        def held(source: str) -> Set[str]:
            kept = read_understood(home / f"{source}.parquet")
            known.update(kept)
            return kept.keys()

        asked = self.asked(((d.demand_id, d.source_file, as_one(d.title, d.text)) for d in demands), held)
        known |= {u.demand_id: u for u in (understand(asked.fresh) if asked.fresh else ())}
        self.used |= {home / f"{source}.parquet" for source in asked.parts}
        for source in asked.changed:
            save(Understood, [known[key] for key in sorted(asked.parts[source])], home / f"{source}.parquet")
        return [renamed(known[key], demand_id) for demand_id, key in zip(asked.ids, asked.keys, strict=True)]

    def asked(self, wanted: "Iterable[Wanted]", held: Callable[[str], Set[str]]) -> "Asked":
        """`held`: the keys of the texts that a partition holds. What is wanted is gone through once."""
        names, own, texts = dict[str, str](), dict[str, Set[str]](), dict[str, str]()
        asked = Asked()
        for ident, file, text in wanted:
            if file not in names:
                names[file] = hashlib.sha1(file.encode(), usedforsecurity=False).hexdigest()[:16]
                own[names[file]] = frozenset(held(names[file]))
            key = text_key(text)
            asked.ids.append(ident)
            asked.keys.append(key)
            asked.parts.setdefault(names[file], {})[key] = None
            if key not in own[names[file]]:
                texts[key] = text
        for keys in own.values():
            for key in keys & texts.keys():
                del texts[key]
        asked.changed.extend(source for source, mine in asked.parts.items() if mine.keys() != own[source])
        asked.fresh.extend(sorted(texts.items()))
        self.reused, self.computed = self.reused + len(set(asked.keys)) - len(texts), self.computed + len(texts)
        return asked

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


Wanted = tuple[str, str, str]  # id, source file, text


def texts_of(units: Iterable[Unit]) -> Iterator[Wanted]:
    return ((u.unit_id, u.source_file, u.text) for u in units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a stage wants: of every unit or demand its id and its text's key; the texts that no partition holds, by key, each once."""

    ids: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    parts: dict[str, dict[str, None]] = field(default_factory=dict)  # a partition's name, one a source file -> the keys of its texts, in order
    changed: list[str] = field(default_factory=list)  # partitions that do not hold just their texts
    fresh: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMentions:
    """Of one source: the keys of its texts, for a text may hold no mention, and the mentions under them."""

    texts: frozenset[str]
    mentions: pa.Table


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
