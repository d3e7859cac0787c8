"""What a text document is: its title's words, its shape, and, as the last resort, its folder's name."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from nlp.normalise import clean, key
from nlp.parse.synonyms import Synonyms
from nlp.records import Document, Kind

__all__ = ["document_title", "folder_kind", "has_clauses", "is_notice_title", "is_policy_title", "named_kind", "refused_format"]

_HEAD = 30  # lines in which the title stands
_CLAUSE = re.compile(r"\s*(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十百]+[条章])")
_CITATION = re.compile(r"^\s*\[\d+\].+\[(?:P|J|D|M|C|N|S)\]\s*[.．]")
_ENOUGH = 3  # numbered lines that make a text a policy's


def document_title(document: Document, synonyms: Synonyms) -> str:
    """The document's own title: the first short line that ends as a policy or notice does, else the page's title, else
    the first heading or line, else the file's name."""
    lines = [clean(block.text).strip() for block in document.blocks[:_HEAD]]
    titled = [line for line in lines if len(line) <= 120 and _ends_as_title(line, synonyms)]
    named = re.split(r"\s*[_|｜]\s*|\s+[-–—]\s+", document.title)[0] if document.title else ""
    headings = [clean(block.text).strip() for block in document.blocks[:_HEAD] if block.heading]
    short = [line for line in lines if 4 <= len(line) <= 60]
    return next(filter(None, [*titled[:1], named, *headings[:1], *short[:1]]), PurePosixPath(document.name).stem)


def _ends_as_title(line: str, synonyms: Synonyms) -> bool:
    bare = re.sub(r"(?:[（(][^（）()]*[)）])+$", "", line)
    return len(bare) >= 6 and not _CLAUSE.match(line) and not line.startswith(("[", "【")) and bare.endswith((*synonyms.words["policy_title"], *synonyms.words["notice_form"]))


def is_notice_title(title: str, synonyms: Synonyms) -> bool:
    """关于征集…需求的通知: what is done, about what, and the form of the document."""
    return all(any(word in title for word in synonyms.words[name]) for name in ("notice_title", "notice_about", "notice_form"))


def is_policy_title(title: str, synonyms: Synonyms) -> bool:
    return _ends_as_title(title.strip("》"), synonyms)


def has_clauses(lines: Sequence[str]) -> bool:
    """At least three lines numbered as clauses are."""
    return sum(_CLAUSE.match(line) is not None for line in lines) >= _ENOUGH


def folder_kind(name: str, synonyms: Synonyms) -> Kind | None:
    """From the folders of the path, nearest first, then the file's own name; None if no word or more than one kind fits."""
    *folders, file = PurePosixPath(key(name)).parts
    for part in (*reversed(folders), PurePosixPath(file).stem):
        words = set(re.split(r"[\W_\d]+", part))
        kinds = {kind for kind, names in synonyms.folders.items() if any(_named(n, part, words) for n in names)}
        if kinds:
            return kinds.pop() if len(kinds) == 1 else None
    return None


def named_kind(titles: Sequence[str], synonyms: Synonyms) -> Kind | None:
    """From a sheet's name and the title rows above its header; None if no word or more than one kind fits."""
    text = key("".join(titles))
    kinds = {kind for kind, names in synonyms.folders.items() if any(n in text for n in names if not n.isascii())}
    return kinds.pop() if len(kinds) == 1 else None


def _named(name: str, part: str, words: set[str]) -> bool:
    return name in words if name.isascii() else name in part


def refused_format(document: Document) -> str | None:
    """Why a readable text is nonetheless no source: a bibliography in citation format."""
    lines = [block.text for block in document.blocks]
    cited = sum(_CITATION.match(line) is not None for line in lines)
    return "这是参考文献格式的题录（知网等导出，[序号]作者. 题名[P]. …），暂不能解析" if cited >= 1 and cited * 2 >= len(lines) else None
