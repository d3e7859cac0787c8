"""What must hold of any bytes and any text: a LuxiantuError or an answer in which nothing is lost and every span lies in its text."""

import io
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from flows import settings
from nlp.chain_file import load_chain
from nlp.errors import LuxiantuError, UnreadableDocument
from nlp.normalise import clean
from nlp.parse import load_regions, load_synonyms, parse
from nlp.parse.blocks import parse_blocks
from nlp.parse.cells import segments
from nlp.parse.ticks import chosen
from nlp.parse.values import money_wan, period_years, to_date, to_year
from nlp.readers import archive, read
from nlp.readers.blocks import Part, cut, numbered
from nlp.readers.document import suffix_of
from nlp.records import Document, Kind
from nlp.terms import load_lexicon
from nlp.understand.decisions import read_decisions
from nlp.understand.facets import FacetVocabulary, find_facets, load_facet_vocabulary
from nlp.understand.notice import compile_rules
from nlp.understand.pii import find_pii, mask
from nlp.understand.pii_words import PiiWords, load_pii_words
from nlp.understand.rule_pack import from_toml, to_toml
from nlp.understand.rule_vocabulary import RuleVocabulary, load_vocabulary
from nlp.understand.rules import check_text
from nlp.understand.target_vocabulary import TargetVocabulary, load_target_vocabulary
from nlp.understand.targets import find_targets
from nlp.writers import review_sheet, triage_sheet
from tests.fuzz.seeds import ROOT
from tests.nlp.parse.lexicons import regions, synonyms

__all__ = ["FILES", "TEXTS", "check_file", "check_settings"]

LEXICONS = ROOT / "corpora" / "lexicons"


# ---- files ---------------------------------------------------------------------------------


def check_file(name: str, data: bytes) -> None:
    """Reading and parsing; an archive by its members."""
    if archive.is_archive(name, data):
        _check_archive(name, data)
        return
    try:
        document = read(name, data)
    except UnreadableDocument as error:
        assert error.reason and error.remedy and str(error)
        return
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of a library's Rust: the sandbox's worker ends with it, which is a refusal too
            raise
        return
    check_document(document)
    if suffix_of(name) in {".csv", ".tsv", ".jsonl"}:
        check_parts(name, data)


def _check_archive(name: str, data: bytes) -> None:
    try:
        for member in archive.members(name, data):
            if isinstance(member, archive.Member):
                check_file(member.name, member.data)
            else:
                assert member.reason and member.remedy
    except UnreadableDocument as error:
        assert error.remedy


def check_document(document: Document) -> None:
    for table in document.tables:
        assert all(isinstance(cell, str) for row in table.rows for cell in row)
        assert all(0 <= m.top <= m.bottom and 0 <= m.left <= m.right and m.top < len(table.rows) for m in table.merges)
    assert all(block.location for block in document.blocks)
    try:
        parsed = parse(document, kind=None, synonyms=synonyms(), regions=regions())
    except LuxiantuError as error:
        assert error.remedy
        return
    records = (*parsed.demands, *parsed.policies, *parsed.patents, *parsed.projects, *parsed.calls)
    assert records or parsed.rejected or parsed.notes, "a document vanished"
    assert all(r.reason and r.remedy for r in parsed.rejected)
    for ids in ([d.demand_id for d in parsed.demands], [p.patent_id for p in parsed.patents], [c.clause_id for c in parsed.clauses]):
        assert len(ids) == len(set(ids)) and all(ids), "ids are not unique"
    if parsed.kind is Kind.PATENT and len(document.tables) == 1 and parsed.mappings:
        _check_rows(document, len(parsed.patents) + len(parsed.rejected) + sum("没有当作记录" in n.note for n in parsed.notes))


def _check_rows(document: Document, told: int) -> None:
    """Every filled row below the header is a patent, set aside, or noted as no record."""
    rows = [tuple(clean(c).strip() for c in row) for row in document.tables[0].rows]
    filled = sum(any(row) for row in rows)
    copies = max((rows.count(row) for row in rows[:12] if any(row)), default=1)  # a header repeated further down is no record
    assert filled - 12 - copies <= told <= filled + len(document.rejected), (filled, told)


def check_parts(name: str, data: bytes, size: int = 600) -> None:
    """Read in parts: no row is lost, whatever the parts are."""

    def answers() -> Iterator[tuple[Part, Document | UnreadableDocument]]:
        for part in cut(name, io.BytesIO(data), size=size):
            try:
                yield part, read(part.name, part.data)
            except UnreadableDocument as error:
                yield part, error

    try:
        documents = list(numbered(answers()))
    except UnreadableDocument as error:
        assert error.remedy
        return
    for document in documents:
        assert document.tables or document.rejected
    parsed = parse_blocks(iter(documents), kind=None, synonyms=synonyms(), regions=regions())
    if parsed is not None:
        ids = [p.patent_id for p in parsed.patents]
        assert len(ids) == len(set(ids))


def _sheet(reader: Callable[[bytes, str], object]) -> Callable[[bytes], None]:
    def check(data: bytes) -> None:
        try:
            reader(data, "表.xlsx")
        except LuxiantuError as error:
            assert error.remedy

    return check


FILES: Mapping[str, Callable[[bytes], None]] = {"review": _sheet(review_sheet.read), "triage": _sheet(triage_sheet.read)}


# ---- texts ---------------------------------------------------------------------------------


@cache
def _targets() -> TargetVocabulary:
    return load_target_vocabulary(LEXICONS)


@cache
def _facets() -> FacetVocabulary:
    return load_facet_vocabulary(LEXICONS / "facets.toml", ROOT / "models" / "clarity")


@cache
def _pii() -> PiiWords:
    return load_pii_words(LEXICONS / "pii.toml")


@cache
def _rules() -> RuleVocabulary:
    return load_vocabulary(LEXICONS)


def check_targets(text: str) -> None:
    for target in find_targets("d", text, vocabulary=_targets()):
        assert 0 <= target.start <= target.end <= len(text)


def check_facets(text: str) -> None:
    title, _, body = text.partition("\n")
    targets = find_targets("d", f"{title}\n{body}", vocabulary=_targets())
    find_facets("d", title, body, targets=targets, vocabulary=_facets())


def check_pii(text: str) -> None:
    mentions = find_pii("d", text, _pii())
    assert all(0 <= m.start < m.end <= len(text) for m in mentions)
    assert len(mask(text, mentions)) == len(text)


def check_rules(text: str) -> None:
    rules = compile_rules(text, vocabulary=_rules())
    assert all(rule.quote for rule in rules)
    again = from_toml(to_toml(rules))
    assert [(r.rule, r.number, r.words) for r in again] == [(r.rule, r.number, r.words) for r in rules]
    check_text("d", text, rules, vocabulary=_rules())


def check_values(text: str) -> None:
    cell = text[:200]
    for value in (money_wan(cell, None), money_wan(cell, "万元"), period_years(cell)):
        assert value is None or value == value, "NaN"
    to_date(cell), to_year(cell), chosen(cell, synonyms())
    assert "".join("".join(s.text.split()) for s in segments(cell, synonyms())) or not cell.split() or any(s.label for s in segments(cell, synonyms()))


def check_document_text(text: str) -> None:
    for name in ("需求.txt", "policies/政策.txt", "notices/通知.html", "patents/专利.csv", "demands/需求.csv", "patents/专利.jsonl"):
        check_file(name, text.encode("utf-8", "surrogatepass"))


def _errors_only(reader: Callable[[str], object]) -> Callable[[str], None]:
    def check(text: str) -> None:
        try:
            reader(text)
        except LuxiantuError as error:
            assert error.remedy

    return check


def _file(reader: Callable[[Path], object], name: str) -> Callable[[str], None]:
    def check(text: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
            try:
                reader(path)
            except LuxiantuError as error:
                assert error.remedy

    return check


def _lexicon(path: Path) -> object:
    return load_lexicon(path.parent)


check_settings = _file(settings.read, "settings.toml")
TEXTS: Mapping[str, tuple[Callable[[str], None], str]] = {
    # what is checked, and the file below the project whose text it starts from ("": a demand)
    "targets": (check_targets, ""), "facets": (check_facets, ""), "pii": (check_pii, ""), "rules": (check_rules, "notice"), "values": (check_values, ""),
    "documents": (check_document_text, ""), "decisions": (_errors_only(read_decisions), "decisions"), "rule_pack": (_errors_only(from_toml), "rule_pack"),
    "settings": (check_settings, "flows/settings.toml"), "chain": (_file(lambda p: load_chain(p, LEXICONS), "ic.toml"), "corpora/chains/ic.toml"),
    "columns": (_file(load_synonyms, "columns.toml"), "corpora/lexicons/columns.toml"), "regions": (_file(load_regions, "regions.toml"), "corpora/lexicons/regions.toml"),
    "pii_words": (_file(load_pii_words, "pii.toml"), "corpora/lexicons/pii.toml"), "lexicon": (_file(_lexicon, "ic_common.txt"), "corpora/lexicons/ic_common.txt"),
}  # fmt: skip


def text_seed(kind: str) -> str:
    if kind.endswith((".toml", ".txt")):
        return (ROOT / kind).read_text("utf-8")
    return {
        "": "低放气临时键合胶\n需求单位：合肥示例材料有限公司。指标：耐温不低于350℃，厚度偏差≤±2%，粘度1000±50 mPa·s，寿命10^6次；两年内完成。"
            "预算300万元，其中财政资金不超过三分之一。联系人：王小明，手机13812345678，邮箱a@b.cn。国外供应商断供，现用进口胶。",
        "notice": "一、申报条件\n1. 申报单位应在上海市、江苏省、浙江省或安徽省注册满两年。\n2. 每个单位限报1项，申请财政资金不超过500万元，不超过总投入的30%。\n3. 实施期限不超过三年，截止2025年6月30日。\n",
        "decisions": '{"demand_id": "d1", "text_sha256": "ab", "segment": "x", "submission_id": "s1", "version": 1, "state": "accepted", "merge_into": null, "parts": [{"title": "a", "text": "b"}]}\n',
        "rule_pack": '[[rule]]\nrule = "per_organisation"\nquote = "限报1项"\nnumber = 1\n[[rule]]\nrule = "region"\nquote = "在沪注册"\nwords = ["上海"]\n',
    }[kind]  # fmt: skip


def chance_of(number: int) -> random.Random:
    return random.Random(number)
