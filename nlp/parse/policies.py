"""Policy texts to Policy and Clause records."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nlp.normalise import clean
from nlp.parse.clauses import Line, Piece, split_clauses
from nlp.parse.furniture import strip_furniture
from nlp.parse.ids import Keyed, digest, settle
from nlp.parse.policy_head import head_fields, is_head_table
from nlp.parse.policy_issuer import level_of, report_issuer, signature, title_issuer
from nlp.parse.regions import UNKNOWN, Regions
from nlp.parse.result import Parsed, Row, Rows, no_title
from nlp.parse.synonyms import Synonyms
from nlp.parse.values import to_date
from nlp.records import Clause, Document, Kind, Policy, Rejected

__all__ = ["parse_document", "parse_rows"]

_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{2,14}\s*[〔\[［(（【]\s*(?:19|20)\d{2}\s*[〕\]］)）】]\s*(?:第\s*)?\d{1,4}\s*号"
    r"|[\u4e00-\u9fff]{2,20}令\s*[（(]?第?\s*[\d一二三四五六七八九十百]{1,5}\s*号[)）]?"
    r"|[\u4e00-\u9fff]{2,20}公告\s*[（(]?(?:19|20)\d{2}\s*年\s*第\s*\d{1,4}\s*号[)）]?"
)
_HEAD = 40  # lines in which number and date are looked for


def parse_document(document: Document, title: str, synonyms: Synonyms, regions: Regions) -> Parsed:
    """One policy from a text document; its tables become clauses of their own at the end."""
    blocks = [Line(text=clean(b.text).strip(), location=b.location, heading=b.heading) for b in document.blocks]
    lines = [line for line in blocks if line.text]
    if not lines and not document.tables:
        empty = Rejected(source=document.name, location=None, reason="文件没有正文", remedy="请确认文件内容后重新放入")
        return Parsed(kind=Kind.POLICY, rejected=(empty,))
    said = head_fields(lines, document.tables, synonyms)
    policy = _with_head(_describe(title, lines, document.name, synonyms, regions), said, lines, synonyms, regions)
    tables = [_table_piece(t.location, t.rows) for t in document.tables if not is_head_table(t, synonyms)]
    return _with_clauses(policy, lines, [piece for piece in tables if piece.text], synonyms)


def parse_rows(rows: Rows, synonyms: Synonyms, regions: Regions) -> Parsed:
    """One policy a row. Rows without a text and repetitions are rejected."""
    filled = [(row, text) for row in rows.rows if (text := rows.mapping.value(row.cells, "full_text", "text"))]
    blank = [row for row in rows.rows if not rows.mapping.value(row.cells, "full_text", "text")]
    rejected = [no_title(rows.source, row.location, ["正文"]) for row in blank]
    parsed = [(row, text, _from_row(rows, row, _lines(row, text), synonyms, regions)) for row, text in filled]
    keyed = [Keyed(wished=policy.policy_id, content=f"{policy!r}{text}", location=row.location) for row, text, policy in parsed]
    settled = settle(rows.source, keyed)
    pairs = zip(parsed, settled.ids, strict=True)
    kept = [_with_clauses(replace(p, policy_id=i), _lines(row, text), [], synonyms) for (row, text, p), i in pairs if i]
    return Parsed(
        kind=Kind.POLICY,
        policies=tuple(policy for part in kept for policy in part.policies),
        clauses=tuple(clause for part in kept for clause in part.clauses),
        rejected=(*rows.rejected, *rejected, *settled.rejected),
        mappings=(rows.mapping,),
    )


def _lines(row: Row, text: str) -> list[Line]:
    return [Line(text=part.strip(), location=row.location) for part in text.split("\n") if part.strip()]


def _from_row(rows: Rows, row: Row, lines: Sequence[Line], synonyms: Synonyms, regions: Regions) -> Policy:
    title = rows.mapping.value(row.cells, "title") or lines[0].text[:60]
    said = {c.canonical: value for c in rows.mapping.columns if (value := rows.mapping.value(row.cells, c.canonical))}
    found = _with_head(_describe(title, lines, rows.source, synonyms, regions), said, lines, synonyms, regions)
    return replace(found, policy_id=said.get("id", found.policy_id))


def _with_head(found: Policy, said: Mapping[str, str], lines: Sequence[Line], synonyms: Synonyms, regions: Regions) -> Policy:
    """What columns or the page's head state outright goes before what title and text suggest."""
    place = said.get("policy_province", "")
    issuer = said.get("issuer") or found.issuer or report_issuer(found.title, place, lines, _HEAD, regions)
    region = regions.province(place, issuer)
    dates = (to_date(said[name]) for name in ("written_date", "publish_date") if name in said)
    return replace(
        found,
        doc_number=said.get("doc_number") or found.doc_number,
        issuer=issuer,
        level=said.get("level") or level_of(issuer, place, found.title, synonyms.words, regions),
        region=region if region != UNKNOWN else found.region,
        date=next(filter(None, dates), found.date),
        status=said.get("status") or found.status,
    )


def _describe(title: str, lines: Sequence[Line], source: str, synonyms: Synonyms, regions: Regions) -> Policy:
    """What title, head and signature of the text say."""
    signed = signature(lines, _HEAD, synonyms.words)
    issuer = title_issuer(title, synonyms.words) or signed.issuer
    return Policy(
        policy_id=digest("P", title, *(line.text for line in lines)),
        title=title,
        doc_number=_doc_number(lines),
        issuer=issuer,
        level=None,
        region=regions.province(issuer, title),
        date=signed.date,
        status=_status(title, synonyms),
        source_file=source,
    )


def _doc_number(lines: Sequence[Line]) -> str | None:
    """The number on a line of its own near the head: numbers inside sentences are those of other documents."""
    bare = (line.text.strip("（）() ") for line in lines[:_HEAD])
    found = (_NUMBER.fullmatch(text) for text in bare)
    return next((match[0] for match in found if match), None)


def _status(title: str, synonyms: Synonyms) -> str:
    if any(word in title for word in synonyms.words["status_draft"]):
        return "草案"
    return "试行" if any(word in title for word in synonyms.words["status_trial"]) else "正式"


def _table_piece(location: str, rows: Sequence[Sequence[str]]) -> Piece:
    lines = (" ".join(clean(cell).strip() for cell in row if cell.strip()) for row in rows)
    return Piece(path=location, heading=None, text="\n".join(filter(None, lines)), location=location)


def _with_clauses(policy: Policy, lines: Sequence[Line], extra: Sequence[Piece], synonyms: Synonyms) -> Parsed:
    body = strip_furniture(lines, policy.title, synonyms.words)
    pieces = split_clauses(body.lines, titles=synonyms.words["policy_title"], tails=synonyms.words["issuer_tail"])
    return Parsed(kind=Kind.POLICY, policies=(policy,), clauses=_clauses(policy, (*pieces, *extra)))


def _clauses(policy: Policy, pieces: Sequence[Piece]) -> tuple[Clause, ...]:
    """Ids from policy, path and text; identical clauses of one policy are told apart by a count."""
    seen: Counter[str] = Counter()
    clauses = []
    for piece in pieces:
        base = digest("C", policy.policy_id, piece.path, piece.text)
        seen[base] += 1
        clauses.append(_clause(policy, piece, base if seen[base] == 1 else f"{base}-{seen[base]}"))
    return tuple(clauses)


def _clause(policy: Policy, piece: Piece, clause_id: str) -> Clause:
    return Clause(
        clause_id=clause_id,
        policy_id=policy.policy_id,
        path=piece.path,
        heading=piece.heading,
        text=piece.text,
        source_location=piece.location,
    )
