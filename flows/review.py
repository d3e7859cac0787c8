"""The experts' round on disk: a run -> review.xlsx; many sheets back -> both orders, agreement and nominations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows.draft import Untraceable, explain, material_of
from flows.store import Artefact, latest, save, write_bytes
from nlp.citing import fact_row
from nlp.errors import EmptyCorpus, LuxiantuError, MalformedRecord
from nlp.material import Material
from nlp.provenance import check
from nlp.readback_xlsx import check_xlsx
from nlp.records import Agreement, Nomination, PanelScore, Rejected
from nlp.review import Ballot, agreements, decide_nominations, result, score_items
from nlp.writers import write_xlsx
from nlp.writers.review_sheet import ReviewItem, read, write

__all__ = ["Outcome", "export_sheet", "import_sheets", "items_of", "run_folder"]

GROUNDS = (("organisations", "提出单位", "家"), ("policies", "点名政策", "份"), ("families", "专利族", "个"), ("projects", "历史项目", "个"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an import gave: the workbook and what could not be counted."""

    path: Path
    ballots: int
    rejected: tuple[Rejected, ...]


def run_folder(out: Path, run: str | None) -> Path:
    """The run named, else the one that `latest` points at; raises EmptyCorpus where there is none."""
    folder = out / run if run else latest(out)
    if folder is None or not (folder / "manifest.json").is_file():
        raise EmptyCorpus(str(out / (run or "latest")), "没有已发布的运行", "请先运行 luxiantu refresh，或用 --out、--run 指明")
    return folder


def items_of(material: Material) -> list[ReviewItem]:
    """The topics of the chain in the system's order, each with the facts that speak for it."""
    inside = sorted((p for p in material.shelf.priorities.values() if material.shelf.topics[p.topic_id].segment != "none"), key=lambda p: p.rank)
    return [ReviewItem(item_id=p.topic_id, kind="主题", name=material.shelf.topics[p.topic_id].label,
                       segment=material.segments.get(material.shelf.topics[p.topic_id].segment, ""),
                       grounds=f"系统位次 {p.rank}（{p.rank_p05:g}–{p.rank_p95:g}）；" + grounds_of(material, p.topic_id)) for p in inside]


def grounds_of(material: Material, topic_id: str) -> str:
    facts = material.shelf.facts
    found = [f"{label} {facts[row].value:g} {unit}" for name, label, unit in GROUNDS if (row := fact_row(topic_id, name)) in facts]
    return "；".join(found) or "没有可计数的依据"


def export_sheet(folder: Path, path: Path, *, blind: bool) -> Artefact:
    """review.xlsx of a published (or finished) run."""
    material = chain_material(folder)
    return write_bytes(write(items_of(material), str(material.run["run_id"]), date.fromisoformat(str(material.run["as_of"])), blind=blind), path)


def chain_material(folder: Path) -> Material:
    import json

    chain = json.loads((folder / "manifest.json").read_text("utf-8"))["chain"]
    return material_of(folder, chain, figures=False)


def import_sheets(paths: Sequence[Path], folder: Path, out: Path) -> Outcome:
    """Count the sheets that belong to the run in `folder` and write review_result.xlsx and its tables to `out`.

    One bad sheet never stops the others: it is set aside with its reason. Raises EmptyCorpus when none can be counted.
    """
    material = chain_material(folder)
    ballots, rejected = ballots_of(sheets_in(paths), str(material.run["run_id"]))
    if not ballots:
        raise EmptyCorpus("专家评审表", "没有一份能计入：" + "；".join(f"{r.source}：{r.reason}" for r in rejected[:3]), "请核对交回的文件")
    shown = items_of(material)
    names = {item.item_id: item.name for item in shown}
    strays = [Rejected(source=b.source, location=r.item_id, reason="编号不在本次主题之中", remedy="请勿修改编号列")
              for b in ballots for r in b.ratings if r.item_id not in names]
    scores = score_items(ballots, {item.item_id: material.shelf.priorities[item.item_id].rank for item in shown})
    agreed = agreements(ballots, list(names))
    nominations = decide_nominations([n for b in ballots for n in b.nominations], list(material.shelf.topics.values()))
    rejected = [*rejected, *strays]
    write_outcome(scores, agreed, nominations, rejected, names, date.fromisoformat(str(material.run["as_of"])), out)
    return Outcome(path=out / "review_result.xlsx", ballots=len(ballots), rejected=tuple(rejected))


def sheets_in(paths: Sequence[Path]) -> list[Path]:
    return sorted({p for path in paths for p in ([path] if path.is_file() else path.rglob("*.xlsx")) if not p.name.startswith("~$")})


def ballots_of(paths: Sequence[Path], run_id: str) -> tuple[list[Ballot], list[Rejected]]:
    """Ballots of one run, one an expert; everything else with its reason."""
    ballots: dict[str, Ballot] = {}
    rejected: list[Rejected] = []
    for path in paths:
        try:
            returned = read(path.read_bytes(), path.name)
            refuse_stranger(returned.ballot, run_id, ballots)
        except LuxiantuError as error:
            rejected.append(Rejected(source=path.name, location=None, reason=error.reason, remedy=error.remedy))
            continue
        ballots[returned.ballot.expert] = returned.ballot
        rejected += returned.rejected
    return list(ballots.values()), rejected


def refuse_stranger(ballot: Ballot, run_id: str, known: dict[str, Ballot]) -> None:
    """Topic ids live through refreshes, but what an expert was shown does not: only sheets of this very run count."""
    if ballot.run_id != run_id:
        raise MalformedRecord(ballot.source, f"这份评审表出自运行 {ballot.run_id or '（未注明）'}，不是 {run_id}", "请用 --run 指明它所属的运行")
    if ballot.expert in known:
        raise MalformedRecord(ballot.source, f"专家 {ballot.expert} 已交回 {known[ballot.expert].source}", "请只保留一份")


def write_outcome(scores: Sequence[PanelScore], agreed: Sequence[Agreement], nominations: Sequence[Nomination], rejected: Sequence[Rejected],
                  names: dict[str, str], as_of: date, out: Path) -> None:
    book = result.build(scores, agreed, nominations, rejected, names)
    data = write_xlsx(book, as_of)
    findings = [*check(book, result.cells_of(scores, agreed, nominations, rejected, names)), *check_xlsx(data, book)]
    if findings:
        raise Untraceable("专家评审结果", explain(findings), "这是程序的缺陷，请把本信息发给维护者")
    save(PanelScore, scores, out / "data" / "panel.parquet")
    save(Agreement, agreed, out / "data" / "agreement.parquet")
    save(Nomination, nominations, out / "data" / "nominations.parquet")
    write_bytes(data, out / "review_result.xlsx")
