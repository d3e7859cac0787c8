"""A run's new_terms.toml, edited by staff -> lines of the lexicon."""

from pathlib import Path

from flows.settings import ROOT
from flows.store import write_bytes
from nlp.errors import UnreadableDocument
from nlp.terms import load_lexicon
from nlp.terms.new_terms import accept, from_toml

__all__ = ["accept_terms"]


def accept_terms(source: Path, folder: Path = ROOT / "corpora" / "lexicons") -> dict[str, int]:
    """Append what was accepted to the lexicon files; returns how many lines each file gained."""
    try:
        text = source.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableDocument(source.name, "不是 UTF-8 编码", "请转存为 UTF-8") from error
    lines = accept(from_toml(text, source.name), load_lexicon(folder), {p.stem for p in folder.glob("*.txt")})
    for stem, added in lines.items():
        path = folder / f"{stem}.txt"
        old = path.read_text("utf-8")
        write_bytes((old + ("" if old.endswith("\n") else "\n") + "\n".join(added) + "\n").encode(), path)
    return {stem: len(added) for stem, added in lines.items()}
