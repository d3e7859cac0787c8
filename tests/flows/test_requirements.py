"""Of a topic's many patents the central ones alone are held; what is collected is what would be from all of them."""

from datetime import date
from pathlib import Path

from flows import settings as configuration
from flows.requirements import LEXICONS, collect_requirements
from flows.run import start
from flows.store import load, save
from nlp.records import Assignment, Demand, Patent, Requirement, Target, Topic
from nlp.requirements import PATENTS_READ, collect
from nlp.understand.parameter_names import load_parameter_names
from nlp.understand.targets import find_targets, load_target_vocabulary

MANY = PATENTS_READ + 9
DEMAND = Demand(demand_id="D1", submission_id="s", version=1, superseded_by=None, source_file="a.docx", source_location="y", organisation=None, region="上海", title="静电卡盘",
                text="考核指标：吸附力≥40 kPa。")
PATENTS = [Patent(patent_id=f"CN{i:03}A", family_id=None, title="静电卡盘", abstract=f"吸附力达到{i + 10} kPa。", first_applicant=None, country=None, province="上海", year=2020, ipc=(),
                  source_file="b.csv", source_location=f"第{i}行") for i in range(MANY)]


def test_the_central_patents_are_read(tmp_path: Path) -> None:
    run = start(work_root=tmp_path / ".work", as_of=date(2026, 1, 1), seed=1, chain="ic", settings=configuration.read())
    topic = Topic(topic_id="t", segment="equipment", label="静电卡盘", terms=("静电卡盘",), n_demands=1, n_clauses=0, n_patents=MANY, regions=("上海",), stability=None)
    homes = [Assignment(unit_id=unit_id, unit_kind=kind, segment="equipment", topic_id="t", method="聚类", similarity=similarity)
             for unit_id, kind, similarity in [("D1", "demand", 0.1), *((p.patent_id, "patent", (i * 7 % MANY) / MANY) for i, p in enumerate(PATENTS))]]
    vocabulary = load_target_vocabulary(LEXICONS)
    targets = find_targets("D1", f"{DEMAND.title}\n{DEMAND.text}", vocabulary=vocabulary)
    made = {"topics": save(Topic, [topic], run.data("topics")), "demands": save(Demand, [DEMAND], run.data("demands")), "patents": save(Patent, PATENTS, run.data("patents")),
            "targets": save(Target, targets, run.data("targets")), "assignments": save(Assignment, homes, run.data("assignments"))}
    central = [PATENTS[i] for i in sorted(range(MANY), key=lambda i: -(i * 7 % MANY))]
    right = collect("t", [DEMAND], {"D1": targets}, central, vocabulary=vocabulary, names=load_parameter_names(LEXICONS), year=2026)
    found = load(Requirement, collect_requirements.fn(made, run)["requirements"])
    assert found == list(right) and sum(r.source_kind == "patent" for r in found) == PATENTS_READ
