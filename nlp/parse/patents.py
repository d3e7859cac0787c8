"""Rows of patent exports to Patent records."""

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from nlp.parse.columns import ColumnMapping
from nlp.parse.ids import Keyed, digest, settle
from nlp.parse.packed import countries_of, unpacked
from nlp.parse.regions import CHINA, UNKNOWN, Regions
from nlp.parse.result import Parsed, Row, Rows, no_title
from nlp.parse.values import to_year
from nlp.records import Kind, Patent, Rejected

__all__ = ["Candidates", "candidates", "parse_rows", "settled", "split_values"]

# versions such as (2006.01) and list marks stand between codes, so codes are picked out rather than split off
_IPC = re.compile(r"\b([A-H]\d{2}[A-Z])(?:\s*(\d{1,4})\s*/\s*(\d{2,6}))?(?![A-Za-z\d])")
_NUMBER = re.compile(r"[A-Z]{2}-?[\d,./]*\d[\d,./]*-?[A-Z]?\d?")
_SEPARATORS = ("|", ";;", ";", "；")


def split_values(cell: str) -> tuple[str, ...]:
    """Values of one cell by the export's own separator (" | ", ";;", ";"). Never by a comma: 姓, 名 is one inventor."""
    separator = next((s for s in _SEPARATORS if s in cell), None)
    parts = cell.split(separator) if separator else [cell]
    return tuple(part.strip() for part in parts if part.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Patents whose ids are not settled yet; `rejected` are the rows that are none."""

    patents: tuple[Patent, ...]
    rejected: tuple[Rejected, ...]


def parse_rows(rows: Rows, regions: Regions) -> Parsed:
    """Patents with unique ids; rows without a title and repetitions are rejected."""
    return settled(rows.source, [candidates(rows, regions)], rows.mapping)


def candidates(rows: Rows, regions: Regions) -> Candidates:
    """Of some rows of a document, which `settled` joins with the rest."""
    found = [(row, _patent(rows, row, regions)) for row in rows.rows]
    untitled = (no_title(rows.source, row.location, ["专利名称"]) for row, patent in found if patent is None)
    return Candidates(patents=tuple(patent for _, patent in found if patent), rejected=(*rows.rejected, *untitled))


def settled(source: str, parts: Sequence[Candidates], mapping: ColumnMapping) -> Parsed:
    """All of a document's patents under ids that are unique in it."""
    patents = [patent for part in parts for patent in part.patents]
    repeated = {wished for wished, number in Counter(p.patent_id for p in patents).items() if number > 1}
    unique = settle(source, [_keyed(patent, repeated) for patent in patents])
    kept = tuple(p if p.patent_id == i else replace(p, patent_id=i) for p, i in zip(patents, unique.ids, strict=True) if i)
    rejected = (*(r for part in parts for r in part.rejected), *unique.rejected)
    return Parsed(kind=Kind.PATENT, patents=kept, rejected=rejected, mappings=(mapping,))


def _keyed(patent: Patent, repeated: Set[str]) -> Keyed:
    """The content is only asked for where an id is wished twice."""
    content = repr(replace(patent, source_location="")) if patent.patent_id in repeated else ""
    return Keyed(wished=patent.patent_id, content=content, location=patent.source_location)


def _patent(rows: Rows, row: Row, regions: Regions) -> Patent | None:
    packed, row = row, replace(row, cells=tuple(map(unpacked, row.cells)))
    value = rows.mapping.value
    title = value(row.cells, "title")
    if not title:
        return None
    applicant = _first_applicant(rows, row)
    country = _packed_country(rows, packed, regions) or _country(rows, row, regions)
    abstract = value(row.cells, "abstract", "text", "claims")
    number = _number(value(row.cells, "publication_number")) or "".join(value(row.cells, "application_number").split())
    return Patent(
        patent_id=number or _number(value(row.cells, "id"), known=True) or digest("T", applicant, title, abstract),
        family_id=value(row.cells, "family") or None,
        title=title,
        abstract=abstract,
        first_applicant=applicant,
        country=country,
        province=_province(rows, row, regions) if country in {CHINA, None} else UNKNOWN,
        year=to_year(value(row.cells, "filing_date")) or to_year(value(row.cells, "publication_date")),
        ipc=_ipc(value(row.cells, "main_ipc"), value(row.cells, "ipc")),
        source_file=rows.source,
        source_location=row.location,
    )


def _number(cell: str, *, known: bool = False) -> str:
    """CN109000001A from CN-109000001-A, CN 109000001 A and the like: one patent has one number in every export.

    `known`: what does not look like such a number is left as it is.
    """
    number = "".join(cell.split())
    if _NUMBER.fullmatch(number) and "-" in number[2:]:
        return number.replace("-", "").replace(",", "")
    return cell if known else number.replace(",", "") if _NUMBER.fullmatch(number) else number


def _packed_country(rows: Rows, row: Row, regions: Regions) -> str | None:
    """Of the first applicant, where the export packs its country with its name."""
    columns = rows.mapping.all("applicant")
    codes = (countries_of(row.cells[c.index])[:1] for c in columns if c.index < len(row.cells))
    return next(filter(None, (regions.country(code[0]) for code in codes if code)), None)


def _first_applicant(rows: Rows, row: Row) -> str | None:
    values = split_values(rows.mapping.value(row.cells, "first_applicant", "applicant"))
    return values[0] if values else None


def _country(rows: Rows, row: Row, regions: Regions) -> str | None:
    """The first applicant's: from its country code, 国省代码 or address. The publication's office says nothing of it."""
    codes = split_values(rows.mapping.value(row.cells, "country_code"))
    said = [codes[0] if codes else "", *(rows.mapping.value(row.cells, n) for n in ("province_code", "address"))]
    named = next(filter(None, map(regions.country, filter(None, said))), None)
    return named or (CHINA if _province(rows, row, regions) != UNKNOWN else None)


def _province(rows: Rows, row: Row, regions: Regions) -> str:
    """From 国省代码, a province or city column, or the address, in that order; never from the applicant's name."""
    by_code = regions.province_of_code(_first(rows, row, "province_code"))
    if by_code != UNKNOWN:
        return by_code
    return regions.province(*(_first(rows, row, name) for name in ("province", "city", "address")))


def _first(rows: Rows, row: Row, name: str) -> str:
    """The first applicant's part of a cell. 上海;31 is one value, so codes are cut at the pipe and ;; only."""
    cell = rows.mapping.value(row.cells, name)
    return re.split(r"\||;;", cell)[0].strip() if name == "province_code" else next(iter(split_values(cell)), "")


def _ipc(*cells: str) -> tuple[str, ...]:
    """Codes without inner spaces (H01L 21/027 -> H01L21/027), main class first, each once."""
    found = (match for cell in cells for match in _IPC.finditer(cell))
    return tuple(dict.fromkeys(f"{m[1]}{int(m[2])}/{m[3]}" if m[2] else m[1] for m in found))
