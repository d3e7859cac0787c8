"""New submissions only: inbox and notice -> triage.xlsx, 退回补正 letters and the tables behind them, published whole or not at all."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.facts import Hide, load_masker, understand_demands
from flows.ingest import read_inbox
from flows.journal import counts_of
from flows.metrics import peak_mb
from flows.opening import opened
from flows.progress import display
from flows.run import Run, code_version, package_versions
from flows.sandbox import Sandbox
from flows.settings import ROOT
from flows.standing import Asked, asked, standing_intake
from flows.store import Artefact, digest, load, move, save, sweep, write_bytes, write_json
from flows.understand import chain_of, verdicts_of
from nlp.errors import EmptyCorpus, UnreadableDocument
from nlp.parse import load_regions, load_synonyms, parse
from nlp.records import (
    Call,
    ChainVerdict,
    Count,
    Demand,
    Duplicate,
    Facets,
    Kind,
    Project,
    Rule,
    RuleVerdict,
    ScanCrop,
    Submission,
    SubmittedField,
    Target,
)
from nlp.understand.questions import Wording, load_wording
from nlp.understand.rules import case_of, compile_rules, from_toml, load_vocabulary, to_toml
from nlp.understand.triage import Entry, Judged, headings, judge_round
from nlp.units import from_demands
from nlp.writers import letter, triage_sheet

R = TypeVar("R")

__all__ = ["intake", "intake_submissions", "read_rules"]

LEXICONS = ROOT / "corpora" / "lexicons"
_UNSAFE = re.compile(r'[\\/:*?"<>|\s\x00-\x1f]+')
_FILE_NAME = 60  # characters
_PICTURES = 12  # named in a row of the sheet


def intake(inboxes: Sequence[Path], notice: Path | None = None, *, out: Path = Path("outputs"), as_of: date | None = None, again: bool = True) -> Path:
    """Read and judge one round under the output folder's lock; returns the published folder, which `latest` does not point at:
    that of the last intake where `again` is not asked for and another would differ in its date at most.

    `notice` is the call itself (any format that is read) or a rule pack (.toml); without it the one call in the inbox is
    taken, and with none there are no rules. Raises flows.store.Locked, and nlp.errors.LuxiantuError where nothing can be read.
    """
    with opened("intake", out, as_of=as_of) as going:
        folders = [Path(i) for i in inboxes]
        wanted = replace(asked([*folders, *([notice] if notice else [])], None, going.run), decisions="")
        if not again and (standing := standing_intake(wanted, going.run)):
            display.say("材料、设置与程序自上次接收以来没有变化，沿用其结果", "run.standing")
            going.made.append(standing)
            return standing
        work = intake_submissions(folders, notice, going.run, wanted)
        published = move(work, going.run.out)
        going.made.append(published)
        sweep(out)
        return published


@flow(name="接收材料", flow_run_name="{run.run_id}", validate_parameters=False, persist_result=False)
def intake_submissions(inboxes: Sequence[Path], notice: Path | None, run: Run, wanted: Asked) -> Path:
    display.seconds.clear()
    found = read_inbox(inboxes, None, run)
    found |= classify_demands(found, run)
    found |= understand_demands(found, run)
    found |= judge_submissions(found, notice, run)
    write_json(manifest(run, found, wanted), run.work / "manifest.json")
    shutil.rmtree(run.work / ".stage")
    return run.work


@task(name="判定需求环节", cache_policy=NO_CACHE, persist_result=False)
def classify_demands(found: dict[str, Artefact], run: Run) -> dict[str, Artefact]:
    """Versions that a later one replaces keep no segment: nobody decides on them any more."""
    demands = load(Demand, found["demands"])
    if not demands:
        raise EmptyCorpus("收到的材料", "没有读出任何需求", "请确认放入的是需求表、需求汇总表或其压缩包")
    verdicts = verdicts_of(list(from_demands(demands)), run.chain, run.settings)
    segment = {v.unit_id: v.segment for v in verdicts}
    return {"demands": save(Demand, [replace(d, segment=segment.get(d.demand_id)) for d in demands], run.data("demands")),
            "verdicts": save(ChainVerdict, verdicts, run.data("verdicts"))}


@task(name="核对规则", cache_policy=NO_CACHE, persist_result=False)
def judge_submissions(found: dict[str, Artefact], notice: Path | None, run: Run) -> dict[str, Artefact]:
    """Verdicts, the triage sheet and a letter for each submission that is to be completed."""
    with display.stage("核对征集规则", "rules"):
        rules = read_rules(notice, load(Call, found["calls"]))
        wording = load_wording(LEXICONS / "question_wording.toml")
        hide = load_masker()
        projects = load(Project, found["projects"])
        judged = judge_round(entries_of(found, projects), rules, vocabulary=load_vocabulary(LEXICONS), wording=wording,
                             duplicates=load(Duplicate, found["duplicates"]), projects=projects, hide=hide)
    with display.stage("写初筛表与补正函", "triage"):
        segments = {s.id: s.name for s in chain_of(run.chain).segments} | {"none": "链条之外"}
        scans = by_key(load(ScanCrop, found["scan_crops"]), "submission_id")
        doubtful = {v.unit_id for v in load(ChainVerdict, found["verdicts"]) if v.doubtful}
        rows = [replace(row_of(j, rules, wording, segments, doubtful, hide), scans=pictures(scans.get(j.entry.demand.submission_id, ()))) for j in judged]
        counts = [*load(Count, found["counts"]), *(Count(name=f"suggested.{a}", value=sum(r.action == a for r in rows)) for a in sorted({r.action for r in rows}))]
        made = {
            "rules": save(RuleVerdict, [v for j in judged for v in j.verdicts], run.data("rules")),
            "counts": save(Count, counts, run.data("counts")),
            "rule_pack.toml": write_bytes(to_toml(rules).encode(), run.work / "rule_pack.toml"),
            "triage.xlsx": write_bytes(triage_sheet.write(rows, run.as_of), run.work / "triage.xlsx")}
        return made | write_letters(judged, wording, hide, run)


def read_rules(notice: Path | None, calls: Sequence[Call]) -> tuple[Rule, ...]:
    """The rules of a pack, of a notice, or of the only call in the inbox. Several calls and no choice is an error."""
    if notice is None:
        if len(calls) > 1:
            raise EmptyCorpus("征集通知", f"收到的材料里有 {len(calls)} 份征集通知，不知道按哪一份核对", "请用 --notice 指明")
        return compile_rules(calls[0].text, vocabulary=load_vocabulary(LEXICONS)) if calls else ()
    if notice.suffix == ".toml":
        return from_toml(notice.read_text("utf-8"))
    with Sandbox() as sandbox:
        document = sandbox.read(notice.name, notice.read_bytes())
    parsed = parse(document, kind=Kind.NOTICE, synonyms=load_synonyms(LEXICONS / "columns.toml"), regions=load_regions(LEXICONS / "regions.toml"))
    if not parsed.calls:
        raise UnreadableDocument(notice.name, "没有读出通知正文", "请放入通知的 .docx、.txt 或 .html 文件")
    return compile_rules("\n".join(c.text for c in parsed.calls), vocabulary=load_vocabulary(LEXICONS))


def entries_of(found: dict[str, Artefact], projects: Sequence[Project]) -> list[Entry]:
    submissions = {s.submission_id: s for s in load(Submission, found["submissions"])}
    targets, fields = by_key(load(Target, found["targets"]), "demand_id"), by_key(load(SubmittedField, found["fields"]), "submission_id")
    facets = {f.demand_id: f for f in load(Facets, found["facets"])}
    pairs, demands = load(Duplicate, found["duplicates"]), load(Demand, found["demands"])
    forms = Counter((d.submission_id, d.version) for d in demands)
    return [Entry(row_id=d.demand_id if forms[d.submission_id, d.version] > 1 else d.submission_id, demand=d, case=case_of(
        submissions[d.submission_id], d, targets=targets.get(d.demand_id, ()), facets=facets.get(d.demand_id), projects=projects,
        duplicates=[p for p in pairs if d.demand_id in (p.a, p.b)],
        fields=fields.get(d.submission_id, ()) if forms[d.submission_id, d.version] == 1 else ())) for d in demands]


def by_key(records: Sequence[R], name: str) -> dict[str, list[R]]:
    found: dict[str, list[R]] = {}
    for record in records:
        found.setdefault(getattr(record, name), []).append(record)
    return found


def row_of(judged: Judged, rules: Sequence[Rule], wording: Wording, segments: dict[str, str], doubtful: Set[str], hide: Hide) -> triage_sheet.TriageRow:
    """What staff see, personal data masked; rules that nobody could read are in rule_pack.toml, not on every row."""
    case, demand, names = judged.entry.case, judged.entry.demand, headings(rules, wording)
    verdicts = [(name, v.verdict, hide(v.reason)) for name, v in zip(names, judged.verdicts, strict=True) if v.rule != "unreadable"]
    return triage_sheet.TriageRow(
        submission_id=judged.entry.row_id, version=demand.version, organisation=case.organisation, region=case.region, title=hide(case.title),
        received=case.received, complete=judged.completeness.share, missing=judged.completeness.missing, clarity=judged.clarity,
        segment=segments.get(demand.segment or "", "未判定") + ("（存疑，请核对）" if demand.demand_id in doubtful else ""), neighbours=tuple(hide(n) for n in judged.neighbours), verdicts=tuple(verdicts),
        action=judged.suggestion.action, reason=hide(judged.suggestion.reason), merge_into=judged.suggestion.merge_into)


def pictures(crops: Sequence[ScanCrop]) -> tuple[str, ...]:
    """需求名称：crops/ab12cd34/p1-b3.png, a line a field; the table scan_crops holds every piece."""
    named = [f"{crop.label or '勾选项'}：{crop.file}" for crop in crops]
    return (*named[:_PICTURES], *([f"……共 {len(named)} 张，见 data/scan_crops"] if len(named) > _PICTURES else []))


def write_letters(judged: Sequence[Judged], wording: Wording, hide: Hide, run: Run) -> dict[str, Artefact]:
    made = {}
    for j in judged:
        if j.questions:
            case = j.entry.case
            data = letter.write(letter.Letter(organisation=case.organisation, title=hide(case.title), questions=j.questions, general=wording.general), run.as_of)
            stem = _UNSAFE.sub("_", f"{j.entry.row_id}_{case.organisation or case.title}")[:_FILE_NAME].strip("._")
            version = f"_v{j.entry.demand.version}" if j.entry.demand.version > 1 else ""
            name = f"letters/{stem}{version}.docx"
            made[name] = write_bytes(data, run.work / name)
    return made


def manifest(run: Run, found: dict[str, Artefact], wanted: Asked) -> dict[str, object]:
    inputs = json.loads(Path(found["inputs"].path).read_text("utf-8"))["files"]
    made = [a for a in found.values() if ".stage" not in Path(a.path).parts]
    return {
        "run_id": run.run_id, "kind": "intake", "as_of": run.as_of.isoformat(), "seed": run.seed, "chain": run.chain, "code_version": code_version(),
        "packages": package_versions(), "settings": asdict(run.settings), "seconds": dict(display.seconds), "counts": counts_of(run.work), "peak_rss_mb": peak_mb(),
        "inputs": inputs, "asked": asdict(wanted),
        "artefacts": [{"path": Path(a.path).relative_to(run.work).as_posix(), "sha256": digest(Path(a.path)), "rows": a.rows} for a in made]}
