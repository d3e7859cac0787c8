"""The main run: inbox -> cited roadmap draft, published whole or not at all."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from flows.comparing import compare_ranks
from flows.describing import describe_topics
from flows.discover import discover_topics
from flows.draft import rank_topics, write_draft
from flows.facts import understand_demands
from flows.ingest import read_inbox
from flows.journal import counts_of
from flows.metrics import peak_mb
from flows.opening import opened
from flows.prefect_server import start_beside
from flows.progress import display
from flows.requirements import collect_requirements
from flows.review import export_sheet
from flows.run import Run, code_version, package_versions
from flows.settings import ROOT
from flows.standing import Asked, asked, standing_run
from flows.store import Artefact, digest, publish, write_json
from flows.summary import summarise
from flows.understand import chain_of, classify_units, embed_units, find_terms
from nlp.records import Kind
from nlp.understand.decisions import Decided, read_decisions

__all__ = ["DEFAULT_INBOXES", "refresh", "refresh_corpus"]

DEFAULT_INBOXES = (ROOT / "corpora" / "sample", ROOT / "corpora" / "inbox")


def refresh(inboxes: Sequence[Path], *, kind: Kind | None = None, chain: str | None = None, as_of: date | None = None,
            out: Path = Path("outputs"), seed: int | None = None, again: bool = False) -> Path:
    """Run the whole pipeline under the output folder's lock and return the published folder: that of the last run where it
    still stands (flows.standing), unless `again`.

    Raises flows.store.Locked when another run has the folder, nlp.errors.LuxiantuError when there is nothing to publish.
    """
    with opened("refresh", out, as_of=as_of, seed=seed, chain=chain) as going:
        run, folders = going.run, [Path(i) for i in inboxes] or list(DEFAULT_INBOXES)
        wanted = asked(folders, kind, run)
        standing = None if again else standing_run(wanted, run)
        if standing:
            display.say("材料、设置与程序自上次运行以来没有变化，沿用其结果；要重新计算请加 --again", "run.standing")
        else:
            start_beside()
        going.made.append(standing or publish(refresh_corpus(folders, kind, run, wanted), run.out))
        return going.made[-1]


@flow(name="刷新路线图", flow_run_name="{run.run_id}", validate_parameters=False, persist_result=False)
def refresh_corpus(inboxes: Sequence[Path], kind: Kind | None, run: Run, wanted: Asked) -> Path:
    """The stages in order; between them pass artefacts (path, sha256, rows), never the records."""
    display.seconds.clear()
    found = read_inbox(inboxes, kind, run, standing_decisions(run.out))
    found |= find_terms(found["units"], run)
    found |= embed_units(found["units"], found["mentions"], run)
    found |= classify_units(found, run)
    found |= understand_demands(found, run)
    found |= discover_topics(found, run)
    found |= describe_topics(found, run)
    found |= collect_requirements(found, run)
    found |= rank_topics(found, run)
    found |= compare_ranks(run)
    write_json(manifest(run, found, wanted=wanted), run.work / "manifest.json")
    files = write_draft(run)
    files["review.xlsx"] = export_sheet(run.work, run.work / "review.xlsx", blind=True)
    write_json(manifest(run, found, files, wanted=wanted), run.work / "manifest.json")
    create_markdown_artifact(summarise(run.work), key="luxiantu-summary", description="路线图刷新摘要")
    shutil.rmtree(run.work / ".stage")
    run.cache.sweep()
    return run.work


def standing_decisions(out: Path) -> tuple[Decided, ...]:
    """Of the triage page, which keeps them beside its database; none where it was never used."""
    path = out / "state" / "decisions.jsonl"
    return read_decisions(path.read_text("utf-8"), path.name) if path.is_file() else ()


def manifest(run: Run, found: dict[str, Artefact], files: dict[str, Artefact] | None = None, *, wanted: Asked | None = None) -> dict[str, object]:
    """What the run was made from and what it made; paths are relative to the run's folder."""
    inputs = json.loads(Path(found["inputs"].path).read_text("utf-8"))["files"]
    made = [a for a in {**found, **(files or {})}.values() if ".stage" not in Path(a.path).parts]
    return {
        "run_id": run.run_id, "as_of": run.as_of.isoformat(), "seed": run.seed, "chain": run.chain, "chain_name": chain_of(run.chain).name,
        "encoder": run.settings.encoder.name, "code_version": code_version(), "packages": package_versions(),
        "settings": asdict(run.settings), "seconds": dict(display.seconds), "counts": counts_of(run.work), "peak_rss_mb": peak_mb(),
        "texts_reused": run.cache.reused, "texts_computed": run.cache.computed, "inputs": inputs, "asked": asdict(wanted) if wanted else None,
        "artefacts": [{"path": Path(a.path).relative_to(run.work).as_posix(), "sha256": digest(Path(a.path)), "rows": a.rows} for a in made],
    }
