"""The whole flow on the sample corpus: what was planted comes out, every input is accounted for, every number has a source."""

import json
import re
import shutil
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows import store
from flows.draft import compose, material_of, with_annex, with_whole_annex
from flows.refresh import DEFAULT_INBOXES, refresh
from flows.run import start
from flows.settings import read
from flows.standing import asked, standing_run
from flows.store import load
from flows.summary import summarise
from flows.tables import views
from nlp import chapters, roadmap, workbook
from nlp.errors import EmptyCorpus
from nlp.provenance import check
from nlp.readback import check_docx, check_html, check_markdown
from nlp.readback_xlsx import check_xlsx
from nlp.records import Assignment, Count, Demand, Patent, Priority, Term, TermMention, Topic, TopicEvent

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[1] / "data"
PLANTED = tomllib.loads((DATA / "sample_planted.toml").read_text("utf-8"))
DOCUMENTS = tomllib.loads((DATA / "sample_planted_documents.toml").read_text("utf-8"))
TABLES = {"acceptability", "assignments", "calls", "citations", "clauses", "columns", "counts", "demands", "duplicates", "edit_fates", "edits",
          "evidence", "facets", "fields", "flips", "gates", "marks", "matrix", "mentions", "modes", "partners", "patents", "policies", "priorities",
          "projects", "rank_changes", "reading_notes", "region_pairs", "requirements", "scan_crops", "scenarios", "submissions", "targets",
          "term_proposals", "terms", "topic_edits", "topic_events", "topic_examples", "topic_groups", "topic_places",
          "topic_years", "topics", "verdicts"}


def truth(folder: Path) -> dict[str, str]:
    """Unit id -> planted topic, of the demands (by title) and patents (by number)."""
    titles = {d["title"]: d["topic"] or "N" for d in PLANTED["demands"]}
    planted = {d.demand_id: titles[d.title] for d in load(Demand, folder / "data" / "demands.parquet") if d.title in titles}
    return planted | {p["number"]: p["topic"] for p in DOCUMENTS["patents"]}


def grouped(folder: Path) -> dict[str, Counter[str]]:
    """Topic id -> how many of its units were planted where."""
    planted, found = truth(folder), dict[str, Counter[str]]()
    for a in load(Assignment, folder / "data" / "assignments.parquet"):
        if a.topic_id is not None and a.unit_id in planted:
            found.setdefault(a.topic_id, Counter())[planted[a.unit_id]] += 1
    return found


def test_a_run_publishes_what_its_stages_make(published: Path, out: Path) -> None:
    assert {p.name for p in published.iterdir()} == {
        "challenges.docx", "data", "figures", "manifest.json", "new_terms.toml", "registry", "rejected.jsonl", "review.xlsx", "roadmap.docx", "roadmap.html",
        "roadmap.md", "roadmap.xlsx", "topic_edits.toml"}
    assert {p.stem for p in (published / "data").iterdir()} == TABLES
    assert store.latest(out) == published.resolve()
    assert not (out / store.WORK).exists()


def test_every_input_is_accounted_for(published: Path) -> None:
    counts = {c.name: c.value for c in load(Count, published / "data" / "counts.parquet")}
    assert {k: counts[f"{k}.read"] for k in ("demand", "policy", "patent", "project", "notice")} == {
        "demand": len(PLANTED["demands"]), "policy": 9, "patent": 135, "project": len(PLANTED["projects"]), "notice": 1}
    for kind in ("demand", "policy", "patent", "project", "notice"):
        assert counts[f"{kind}.read"] == counts.get(f"{kind}.kept", 0) + counts.get(f"{kind}.rejected", 0)
    for kind in ("demand", "patent"):
        assert counts[f"{kind}.kept"] == counts[f"{kind}.in_chain"] + counts[f"{kind}.outside"]
    units = load(Assignment, published / "data" / "assignments.parquet")
    assert len(units) == len({a.unit_id for a in units}) == counts["demand.kept"] + counts["clause.kept"] + counts["patent.kept"]
    assert counts["clause.read"] == counts["clause.kept"] + counts["clause.rejected"]
    assert counts["policy.superseded"] == 1  # the draft of the Jiangsu plan


def test_a_patent_in_two_exports_is_counted_once_and_said_so(published: Path) -> None:
    rejected = [json.loads(line) for line in (published / "rejected.jsonl").read_text("utf-8").splitlines()]
    assert sum("视为重复" in r["reason"] for r in rejected) == 4
    assert all(r["reason"] and r["remedy"] for r in rejected)


def test_the_high_planted_topics_come_first(published: Path) -> None:
    """Each high topic is the majority of one of the first topics of the chain, and no low one is among the first five."""
    rank = {p.topic_id: p.rank for p in load(Priority, published / "data" / "priorities.parquet")}
    inside = [t for t in load(Topic, published / "data" / "topics.parquet") if t.segment != "none"]
    majority = {t.topic_id: grouped(published)[t.topic_id].most_common(1)[0][0] for t in inside if t.topic_id in grouped(published)}
    level = {t["id"]: t["level"] for t in PLANTED["topics"]}
    first = [majority[t] for t in sorted(majority, key=lambda t: rank[t])]
    high = {i for i, value in level.items() if value == "high"}
    assert high <= set(first[:7])
    assert all(level[i] != "low" for i in first[:5])


def test_topics_are_pure(published: Path) -> None:
    inside = {t.topic_id for t in load(Topic, published / "data" / "topics.parquet") if t.segment != "none"}
    found = [c for t, c in grouped(published).items() if t in inside]
    assert sum(c.most_common(1)[0][1] for c in found) / sum(c.total() for c in found) >= 0.85


def test_segments_agree_with_what_was_planted(published: Path) -> None:
    home = {t["id"]: t["segment"] for t in PLANTED["topics"]} | {"N": "none"}
    planted = truth(published)
    rows = [a for a in load(Assignment, published / "data" / "assignments.parquet") if a.unit_id in planted]
    assert sum(a.segment == home[planted[a.unit_id]] for a in rows) / len(rows) >= 0.85


def test_contact_data_reach_no_table_but_free_text(published: Path) -> None:
    """Values under contact labels (a mobile, an identity number, a mail address) are dropped at parse."""
    for path in sorted((published / "data").glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            text = json.dumps({k: v for k, v in row.items() if k not in ("text", "surface")}, ensure_ascii=False, default=str)
            assert not re.search(r"(?<!\d)1380000\d{4}(?!\d)|@example\.|身份证", text), (path.name, text[:80])


def test_mentions_stand_where_they_say(published: Path) -> None:
    patents = {p.patent_id: f"{p.title}\n{p.abstract}" for p in load(Patent, published / "data" / "patents.parquet")}
    mentions = [m for m in load(TermMention, published / "data" / "mentions.parquet") if m.unit_id in patents]
    assert len(mentions) > 500
    assert all(patents[m.unit_id][m.start : m.end] == m.surface for m in mentions)
    known = {t.term_id for t in load(Term, published / "data" / "terms.parquet")}
    assert {m.term_id for m in mentions} <= known


# ---- the draft ----------------------------------------------------------------------------


def test_every_number_of_the_draft_is_a_cell_of_a_table(published: Path) -> None:
    material = material_of(published, "ic")
    options, composed = read().draft, compose(material, (), options=read().draft)
    listing = with_annex(chapters.book(material, options=options), material, options=options, document="challenges", before=composed.marked)
    draft, (book, _) = composed.draft, with_whole_annex(workbook.build(material, options=options), material, options=options, before=listing.marked)
    assert check(draft, views(published)) == ()
    assert check(book, views(published)) == ()
    assert check_docx((published / "roadmap.docx").read_bytes(), draft) == ()
    assert check_html((published / "roadmap.html").read_bytes(), draft) == ()
    assert check_markdown((published / "roadmap.md").read_text("utf-8"), draft) == ()
    assert check_xlsx((published / "roadmap.xlsx").read_bytes(), book) == ()


def test_numbers_of_the_markdown_are_found_in_the_data_by_brute_force(published: Path) -> None:
    """A second proof that shares no code with the first: every run of digits stands in some table, as it is or rounded."""
    cells = [json.loads(line) for line in (published / "rejected.jsonl").read_text("utf-8").splitlines()]
    cells += [row for path in sorted((published / "data").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    manifest = json.loads((published / "manifest.json").read_text("utf-8"))
    floats = {f"{v:.2f}".rstrip("0").rstrip(".") for row in cells for v in row.values() if isinstance(v, float)}
    floats |= {str(v) for v in manifest["settings"]["priority"]["weights"].values()}
    text = json.dumps([cells, manifest], ensure_ascii=False, default=str)
    known = floats | set(re.findall(r"\d+(?:\.\d+)?", text))
    printed = set(re.findall(r"\d+(?:\.\d+)?", (published / "roadmap.md").read_text("utf-8")))
    assert printed - known == set()


def test_a_draft_with_a_changed_table_is_caught(published: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(published, copy)
    draft = roadmap.build(material_of(copy, "ic"), options=read().draft)
    topics = load(Topic, copy / "data" / "topics.parquet")
    from dataclasses import replace

    store.save(Topic, [replace(t, n_patents=t.n_patents + 1) for t in topics], copy / "data" / "topics.parquet")
    assert check(draft, views(copy)) != ()


# ---- again ----------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes(published: Path, tmp_path: Path) -> None:
    again = refresh([], as_of=date(2026, 11, 24), out=tmp_path, seed=7)
    ours, theirs = ({p.name: store.digest(p) for p in (folder / "data").iterdir()} for folder in (published, again))
    assert ours == theirs


def test_every_published_file_is_in_the_manifest(published: Path) -> None:
    """What is not there could be deleted or altered, and the run would still stand."""
    told = {a["path"] for a in json.loads((published / "manifest.json").read_text("utf-8"))["artefacts"]}
    assert {p.relative_to(published).as_posix() for p in published.rglob("*") if p.is_file()} == told | {"manifest.json"}


def test_shuffled_rows_give_the_same_topics(published: Path, tmp_path: Path) -> None:
    """The csv exports with their rows reversed: other line numbers, the same topics."""
    inbox = tmp_path / "sample"
    shutil.copytree(DEFAULT_INBOXES[0], inbox)
    for path, encoding in ((inbox / "patents" / "patsnap_导出.csv", "utf-8-sig"),):
        head, *rows = path.read_text(encoding).splitlines(keepends=True)
        path.write_text("".join([head, *reversed(rows)]), encoding)
    again = refresh([inbox], as_of=date(2026, 11, 24), out=tmp_path / "out", seed=7)
    assert load(Topic, again / "data" / "topics.parquet") == load(Topic, published / "data" / "topics.parquet")
    assert load(Assignment, again / "data" / "assignments.parquet") == load(Assignment, published / "data" / "assignments.parquet")


def test_a_run_stands_until_something_it_rests_on_changes(tmp_path: Path) -> None:
    inbox, out = tmp_path / "patents", tmp_path / "out"
    inbox.mkdir()
    shutil.copy(DEFAULT_INBOXES[0] / "patents" / "patsnap_导出.csv", inbox)
    first = refresh([inbox], as_of=date(2026, 11, 24), out=out)
    assert refresh([inbox], as_of=date(2026, 11, 24), out=out).resolve() == first.resolve()
    (first / "roadmap.md").write_text("改过", "utf-8")
    second = refresh([inbox], as_of=date(2026, 11, 24), out=out)
    assert second.resolve() != first.resolve()
    assert {e.event for e in load(TopicEvent, second / "data" / "topic_events.parquet")} <= {"kept"}
    (second / "registry" / "registry.json").unlink()
    third = refresh([inbox], as_of=date(2026, 11, 24), out=out)
    assert {e.event for e in load(TopicEvent, third / "data" / "topic_events.parquet")} <= {"kept"}  # continued from the first
    assert f"沿用更早的运行 {first.name}" in summarise(third)
    (inbox / "说明.txt").write_text("又来一份。", "utf-8")
    run = start(work_root=out / store.WORK, as_of=date(2026, 11, 24), seed=None, chain=None, settings=read())
    assert standing_run(asked([inbox], None, run), run) is None


def test_a_bad_file_is_set_aside_and_the_rest_goes_on(tmp_path: Path) -> None:
    inbox = tmp_path / "patents"
    inbox.mkdir()
    shutil.copy(DEFAULT_INBOXES[0] / "patents" / "patsnap_导出.csv", inbox)
    (inbox / "坏.docx").write_bytes(b"\x00\x01not a zip")
    (inbox / "缺列.csv").write_text("公开号,申请日\nCN1A,2020-01-01\n", "utf-8")
    folder = refresh([inbox], as_of=date(2026, 11, 24), out=tmp_path / "out")
    rejected = {r["source"]: r["reason"] for r in map(json.loads, (folder / "rejected.jsonl").read_text("utf-8").splitlines())}
    assert set(rejected) == {"patents/坏.docx", "patents/缺列.csv"}
    assert "申请日" in rejected["patents/缺列.csv"]  # names the columns it saw


def test_nothing_usable_is_said_and_publishes_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.bin").write_bytes(b"x")
    with pytest.raises(EmptyCorpus, match=r"a\.bin"):
        refresh([tmp_path / "in"], out=tmp_path / "out")
    assert store.latest(tmp_path / "out") is None
