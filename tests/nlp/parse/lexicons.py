"""The project's own data files, loaded once for the parse tests."""

from functools import cache
from pathlib import Path

from nlp.parse import Parsed, Regions, Synonyms, load_regions, load_synonyms, parse
from nlp.readers import read
from nlp.records import Kind

LEXICONS = Path(__file__).resolve().parents[3] / "corpora" / "lexicons"


@cache
def synonyms() -> Synonyms:
    return load_synonyms(LEXICONS / "columns.toml")


@cache
def regions() -> Regions:
    return load_regions(LEXICONS / "regions.toml")


def parsed(name: str, data: bytes | str, kind: Kind | None = None) -> Parsed:
    content = data.encode() if isinstance(data, str) else data
    return parse(read(name, content), kind=kind, synonyms=synonyms(), regions=regions())
