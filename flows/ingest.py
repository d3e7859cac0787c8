"""Inbox -> records on disk. One bad file never stops a batch: it is set aside with its reason."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from pyarrow import dataset

from flows import scanning, settling, withdrawn
from flows.inbox import InboxFile, Received, find_files, received, refusal
from flows.progress import display
from flows.run import Run
from flows.scattered_reading import readers_of
from flows.settings import ROOT, ReadingSettings
from flows.spilled import SpilledPatents, patent_units
from flows.store import Artefact, save, save_groups, schema, to_table, write_bytes, write_json
from nlp import units
from nlp.errors import EmptyCorpus, MalformedRecord, UnmappedColumns, UnreadableDocument
from nlp.parse import Parsed, load_regions, load_synonyms, parse
from nlp.parse.blocks import parse_blocks
from nlp.records import (
    Call,
    Clause,
    ColumnUse,
    Count,
    Demand,
    Kind,
    Patent,
    Policy,
    Project,
    ReadingNote,
    Rejected,
    ScanCrop,
    Submission,
    SubmittedField,
    Unit,
)
from nlp.understand.decisions import Decided, apply_decisions

R = TypeVar("R")
S = TypeVar("S", Demand, Policy, Project, Call)

__all__ = ["InboxFile", "Received", "find_files", "read_inbox", "received"]

LEXICONS = ROOT / "corpora" / "lexicons"
OF_A_FILE = (UnreadableDocument, UnmappedColumns, MalformedRecord)  # what concerns one file; other errors concern the run


@dataclass(slots=True)
class Gathered:
    """Everything parsed so far; the first of two records with one id is kept."""

    patents: SpilledPatents
    submissions: dict[str, Submission] = field(default_factory=dict)
    demands: dict[str, Demand] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    clauses: dict[str, Clause] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    fields: list[SubmittedField] = field(default_factory=list)
    columns: list[ColumnUse] = field(default_factory=list)
    notes: list[ReadingNote] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    crops: dict[Artefact, ScanCrop] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    inputs: list[dict[str, object]] = field(default_factory=list)

    def count(self, name: str, n: int = 1) -> None:
        if n:
            self.counts[name] = self.counts.get(name, 0) + n


@task(name="读取材料", cache_policy=NO_CACHE, persist_result=False)
def read_inbox(inboxes: Sequence[Path], kind: Kind | None, run: Run, decided: Sequence[Decided] = ()) -> dict[str, Artefact]:
    """Read and parse every file; returns the artefact of each record kind, of `units`, `rejected`, `counts`, `inputs`.

    `decided` is what collection staff decided on demands received before.
    """
    synonyms, regions = load_synonyms(LEXICONS / "columns.toml"), load_regions(LEXICONS / "regions.toml")
    every, gathered, options = find_files(inboxes), Gathered(patents=SpilledPatents(run.stage("patents"))), run.settings.reading
    files = [file for file in every if not withdrawn.is_list(file.name)]
    with display.stage("读取材料", "read", total=len(files)), readers_of(files, run.settings, run.cache.folder) as readers:
        for item, answer in readers.answers(_items(files, options)):
            try:
                if item.refused is not None:
                    set_aside(gathered, item, item.refused)
                    continue
                if item.path and (listed := parse_blocks(readers.parts(item), kind=kind, synonyms=synonyms, regions=regions)):
                    gather(gathered, item, listed)
                    continue
                document = readers.whole(item) if item.path else answer.result()
                parsed = parse(document, kind=kind, synonyms=synonyms, regions=regions)
                gather(gathered, item, parsed)
                gathered.crops |= scanning.keep_crops(document, parsed, run.work)
            except OF_A_FILE as error:
                set_aside(gathered, item, refusal(item.name, error))
    gone = leave_out(gathered, withdrawn.read_lists(every))
    settle(gathered, decided)
    if not gathered.patents and next(units_of(gathered), None) is None:
        raise EmptyCorpus("、".join(str(i) for i in inboxes), f"{len(files)} 个文件中没有读出需求、政策或专利", reasons(gathered.rejected))
    return store(gathered, run) | {"withdrawn": write_json({"ids": sorted(gone)}, run.stage("withdrawn.json"))}


def _items(files: Sequence[InboxFile], options: ReadingSettings) -> Iterator[Received]:
    for done, file in enumerate(files, 1):
        yield from received(file, whole_mb=options.whole_mb, largest_mb=options.largest_mb)
        display.advance(done)


def reasons(rejected: Sequence[Rejected]) -> str:
    shown = "；".join(f"{r.source}：{r.reason}" for r in rejected[:3])
    return f"被搁置的原因：{shown}" if shown else "请放入 .docx .xlsx .xls .csv .txt .html .jsonl 或 .zip 文件"


def gather(into: Gathered, file: Received, parsed: Parsed) -> None:
    into.count("file.read")
    into.count("file.kept")
    before = sum(len(store) for store in stores(into))
    for submission in parsed.submissions:
        into.submissions.setdefault(submission.submission_id, submission)
    keep(into, Kind.DEMAND, into.demands, [(d.demand_id, d) for d in parsed.demands])
    keep(into, Kind.POLICY, into.policies, [(p.policy_id, p) for p in parsed.policies])
    keep_patents(into, parsed.patents)
    keep(into, Kind.PROJECT, into.projects, [(p.project_id, p) for p in parsed.projects])
    keep(into, Kind.NOTICE, into.calls, [(c.call_id, c) for c in parsed.calls])
    for clause in parsed.clauses:
        if into.policies[clause.policy_id].source_file == file.name:
            into.clauses.setdefault(clause.clause_id, clause)
    into.fields += parsed.fields
    into.columns += parsed.columns
    into.notes += parsed.notes
    into.rejected += parsed.rejected
    into.count(f"{parsed.kind or 'unknown'}.read", len(parsed.rejected))
    into.count(f"{parsed.kind or 'unknown'}.rejected", len(parsed.rejected))
    into.inputs.append({"name": file.name, "sha256": file.sha256, "bytes": file.size, "kind": parsed.kind,
                        "kept": sum(len(store) for store in stores(into)) - before, "rejected": len(parsed.rejected)})


def stores(gathered: Gathered) -> tuple[Sized, ...]:
    return gathered.demands, gathered.policies, gathered.patents, gathered.projects, gathered.calls


def keep(into: Gathered, kind: Kind, known: dict[str, S], records: Iterable[tuple[str, S]]) -> None:
    """Add records under their ids; one whose id is known is set aside as a repetition."""
    for record_id, record in records:
        into.counts.setdefault(f"{kind}.rejected", 0)
        into.count(f"{kind}.read")
        first = known.setdefault(record_id, record)
        if first is record:
            into.count(f"{kind}.kept")
            continue
        into.count(f"{kind}.rejected")
        into.rejected.append(repeated(record_id, record, first.source_file))


def keep_patents(into: Gathered, patents: Iterable[Patent]) -> None:
    """The same for patents; the parts of one application become one."""
    for patent in patents:
        into.counts.setdefault("patent.rejected", 0)
        into.count("patent.read")
        if patent.patent_id not in into.patents:
            into.patents.put(patent)
            into.count("patent.kept")
            continue
        into.count("patent.rejected")
        if one := into.patents.joined(patent):
            into.patents.put(one.patent)
            into.rejected.append(one.aside)
        else:
            into.rejected.append(repeated(patent.patent_id, patent, into.patents.file_of(patent.patent_id)))


def repeated(record_id: str, record: Demand | Policy | Patent | Project | Call, first: str) -> Rejected:
    return Rejected(source=record.source_file, location=getattr(record, "source_location", None), reason=f"编号 {record_id} 已在 {first} 读入，视为重复",
                    remedy="如两者确是不同记录，请改用不同编号后重新放入")


def set_aside(into: Gathered, file: Received, refused: Rejected) -> None:
    into.count("file.read")
    into.count("file.rejected")
    into.rejected.append(refused)
    into.inputs.append({"name": file.name, "sha256": file.sha256, "bytes": file.size, "kind": None, "kept": 0, "rejected": 1})


def leave_out(gathered: Gathered, listed: Mapping[str, withdrawn.Withdrawn]) -> set[str]:
    """Take away what was withdrawn, with its clauses, and with its submission and fields where nothing else came with them.

    Returns the ids that no later run is to remember: of units, and as they are listed.
    """
    if not listed:
        return set()
    removed, found, before = set[str](), set[str](), {d.demand_id: d.submission_id for d in gathered.demands.values()}
    lines = {**of_versions(gathered, listed), **listed}
    plainly = {number: w for i, w in listed.items() if (number := withdrawn.plain(i))}
    seen: Mapping[str, Demand | Policy] = {**gathered.demands, **gathered.policies}
    for kind, known in ((Kind.DEMAND, gathered.demands), (Kind.POLICY, gathered.policies), (Kind.PATENT, gathered.patents)):
        named = {i: line for i in sorted(known.keys()) if (line := withdrawn.line_of(i, seen.get(i), lines, plainly))}
        found |= {line.record_id for line in named.values()}
        removed |= named.keys()
        for record_id, line in named.items():
            gathered.rejected.append(withdrawn.noted(known.pop(record_id), line))
            for name, more in ((f"{kind}.kept", -1), (f"{kind}.rejected", 1), (f"{kind}.withdrawn", 1)):
                gathered.count(name, more)
    without = listed.keys() & (gathered.submissions.keys() - set(before.values()))  # of which no demand was read
    gone = {before[i] for i in removed if i in before} - {d.submission_id for d in gathered.demands.values()} | without
    gathered.submissions = {i: s for i, s in gathered.submissions.items() if i not in gone}
    gathered.fields = [f for f in gathered.fields if f.submission_id not in gone]
    for artefact in [a for a, crop in gathered.crops.items() if crop.submission_id in gone]:
        Path(artefact.path).unlink(missing_ok=True)
        del gathered.crops[artefact]
    clauses = {i for i, c in gathered.clauses.items() if c.policy_id not in gathered.policies}
    gathered.clauses = {i: c for i, c in gathered.clauses.items() if i not in clauses}
    gathered.rejected += withdrawn.unknown(listed, found | without)
    return removed | clauses | listed.keys()


def of_versions(gathered: Gathered, listed: Mapping[str, withdrawn.Withdrawn]) -> dict[str, withdrawn.Withdrawn]:
    """Demand id -> the line that names its submission or one that it is a version of: the page shows all versions under the first one's id."""
    if not listed.keys() & gathered.submissions.keys():
        return {}
    linked = settling.current_demands(settling.masked_demands(gathered.demands), gathered.submissions).values()
    stands = {d.demand_id: d.superseded_by or d.demand_id for d in linked}
    named = {stands[i]: listed[d.submission_id] for i, d in gathered.demands.items() if d.submission_id in listed}
    return {i: named[standing] for i, standing in stands.items() if standing in named}


def settle(gathered: Gathered, decided: Sequence[Decided]) -> None:
    """Mask what identifies a person, number the versions, apply the decisions of staff, and say which records a later version stands for."""
    gathered.fields = settling.masked_fields(gathered.fields)
    gathered.demands = settling.current_demands(settling.masked_demands(gathered.demands), gathered.submissions)
    applied, received_ones = apply_decisions(list(gathered.demands.values()), decided), len(gathered.demands)
    gathered.demands = {d.demand_id: d for d in applied.demands}
    parts, out = len(gathered.demands) - received_ones + len(applied.left_out), len(applied.left_out)
    for name, more in (("demand.read", parts), ("demand.kept", parts - out), ("demand.rejected", out)):
        gathered.count(name, more)
    gathered.rejected += applied.left_out
    gathered.notes += [ReadingNote(source_file=gathered.demands[i].source_file, note=f"需求 {i} 的文字与作出决定时不同，原决定未套用，请重新处理") for i in applied.outdated]
    gathered.count("demand.decided", len(applied.left_out) + applied.accepted)
    gathered.policies = settling.current_policies(gathered.policies)
    old = settling.replaced(gathered.demands, gathered.policies)
    gathered.rejected += old
    gathered.count("demand.superseded", sum(d.superseded_by is not None for d in gathered.demands.values()))
    gathered.count("policy.superseded", sum(p.superseded_by is not None for p in gathered.policies.values()))


def units_of(gathered: Gathered) -> Iterator[Unit]:
    """In the order of kind and id, but for those of patents."""
    yield from clause_units(gathered)
    yield from units.from_demands(in_order(gathered.demands))


def clause_units(gathered: Gathered) -> Iterator[Unit]:
    yield from units.from_clauses(in_order(gathered.clauses), gathered.policies)


def store(gathered: Gathered, run: Run) -> dict[str, Artefact]:
    gathered.count("clause.read", len(gathered.clauses))
    gathered.count("clause.kept", sum(1 for _ in clause_units(gathered)))
    gathered.counts["clause.rejected"] = len(gathered.clauses) - gathered.counts.get("clause.kept", 0)
    patents = gathered.patents.save(run.stage("patents.parquet"))
    gathered.count("patent.dated", dataset.dataset(patents.path).count_rows(filter=dataset.field("year").is_valid()))
    rejected = sorted(gathered.rejected, key=lambda r: (r.source, r.location or "", r.reason))
    lines = [json.dumps(asdict(r), ensure_ascii=False) + "\n" for r in rejected]
    counts = [Count(name=name, value=value) for name, value in sorted(gathered.counts.items())]
    by_id = {
        "rejected.jsonl": write_bytes("".join(lines).encode(), run.work / "rejected.jsonl"),
        "submissions": save(Submission, in_order(gathered.submissions), run.data("submissions")),
        "demands": save(Demand, in_order(gathered.demands), run.stage("demands.parquet")),
        "policies": save(Policy, in_order(gathered.policies), run.data("policies")),
        "clauses": save(Clause, in_order(gathered.clauses), run.data("clauses")),
        "patents": patents,
        "projects": save(Project, in_order(gathered.projects), run.data("projects")),
        "calls": save(Call, in_order(gathered.calls), run.data("calls")),
        "fields": save(SubmittedField, gathered.fields, run.data("fields")),
        "columns": save(ColumnUse, gathered.columns, run.data("columns")),
        "scan_crops": save(ScanCrop, gathered.crops.values(), run.data("scan_crops")),
        "reading_notes": save(ReadingNote, gathered.notes, run.data("reading_notes")),
        "units": save_groups(schema(Unit), chain([to_table(Unit, units_of(gathered))], patent_units(patents)), run.stage("units.parquet")),
        "counts": save(Count, counts, run.stage("counts.parquet")),
    }
    pictures = {crop.file: artefact for artefact, crop in gathered.crops.items()}
    return {**by_id, **pictures, "inputs": write_json({"files": gathered.inputs}, run.stage("inputs.json"))}


def in_order(records: dict[str, R]) -> list[R]:
    return [records[key] for key in sorted(records)]
