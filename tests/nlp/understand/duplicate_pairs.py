"""Reads tests/data/pairs*.toml: texts, edits of texts, and which pairs are duplicates or only related."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.terms.lexicon import load_lexicon
from nlp.understand.duplicates import DuplicateFinder, TitledText
from nlp.understand.wordlists import load_duplicate_words

ROOT = Path(__file__).resolve().parents[3]
LEXICONS = ROOT / "corpora" / "lexicons"


@dataclass(frozen=True)
class Pair:
    a: TitledText
    b: TitledText
    label: str
    kind: str

    @property
    def held_out(self) -> bool:
        return int(hashlib.sha1(self.a.ident.encode()).hexdigest(), 16) % 2 == 1


@cache
def finder() -> DuplicateFinder:
    lexicon = load_lexicon(LEXICONS)
    return DuplicateFinder(lexicon, load_duplicate_words(LEXICONS / "duplicates.toml", lexicon))


def text(title: str, body: str = "", ident: str = "x", *, project: bool = False) -> TitledText:
    return TitledText(ident=ident, title=title, text=body, project=project)


@cache
def pairs(name: str) -> tuple[Pair, ...]:
    table = tomllib.loads((ROOT / "tests" / "data" / name).read_text("utf-8"))
    texts: dict[str, TitledText] = {}
    for entry in table["text"]:
        texts[entry["key"]] = edited(entry, texts)
    return tuple(
        Pair(a=texts[key.split(".")[0]], b=texts[key], label=label, kind=kind)
        for label, kinds in table["kinds"].items()
        for kind, keys in kinds.items()
        for key in keys
    )


def edited(entry: dict, texts: dict[str, TitledText]) -> TitledText:
    base = texts[entry["base"]] if "base" in entry else text(entry["title"], entry["body"])
    title, body = entry.get("title", base.title), base.text
    for old, new in [*entry.get("replace", []), *([part, ""] for part in entry.get("drop", []))]:
        assert old in title + body, f"{entry['key']}: {old}"
        title, body = title.replace(old, new), body.replace(old, new)
    lines = body.split("\n")
    body = "\n".join(lines[i] for i in entry.get("order", range(len(lines))))
    return text(title, body + ("\n" + entry["add"] if "add" in entry else ""), entry["key"])
