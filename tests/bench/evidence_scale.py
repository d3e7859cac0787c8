"""Processor seconds (one thread, so that a busy machine does not matter) and memory of evidence, ranking, gates, modes and partners for 200 topics, 3,000 demands, 50,000 patents, 400 policies.

    python -m tests.bench.evidence_scale           # prints the figures; reach: 60 s, 3 GB
"""

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from flows.ranking import organise
from flows.settings import read
from flows.understand import LEXICONS
from nlp.evidence import Sources, load_evidence_rules, measure, region_matrix, region_pairs
from nlp.organising import load_organising_rules
from nlp.priority import explore, fact_table
from nlp.projects import related_projects
from nlp.records import Assignment, Clause, Demand, Patent, Policy, Project, Topic

REGIONS = ("上海", "江苏", "浙江", "安徽", "北京", "广东", "未知")
COUNTRIES = ("中国", "中国", "中国", "日本", "美国", None)
SEGMENTS = ("design", "manufacturing", "packaging_test", "materials", "equipment", "supporting")
SAYINGS = ("", "目前依赖进口。", "国外供应商已停止供货。", "仅有一家国外企业供应。", "存在断供风险。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    topics: tuple[Topic, ...]
    assignments: tuple[Assignment, ...]
    sources: Sources


def terms_of(topic: int) -> tuple[str, ...]:
    return tuple(f"器件{topic:03}工艺{k}" for k in range(10))


def make_corpus(*, topics: int = 200, demands: int = 3000, patents: int = 50_000, policies: int = 400, clauses: int = 25, projects: int = 1000, seed: int = 1) -> Corpus:
    chance = np.random.default_rng(seed)

    def of(names: Sequence[str | None]) -> str | None:
        return names[int(chance.integers(len(names)))]

    home = {f"D{i}": int(chance.integers(topics)) for i in range(demands)} | {f"P{i}": int(chance.integers(topics)) for i in range(patents)}
    home |= {f"C{i}-{j}": int(chance.integers(topics)) for i in range(policies) for j in range(clauses)}
    named = {unit: tuple(chance.choice(terms_of(t), 3, replace=False).tolist()) for unit, t in home.items()}
    listed = tuple(Topic(topic_id=f"t{t:03}", segment=SEGMENTS[t % 6], label=f"主题{t}", terms=terms_of(t), n_demands=15, n_clauses=50, n_patents=250,
                         regions=(), stability=0.8) for t in range(topics))
    kinds = {"D": "demand", "P": "patent", "C": "clause"}
    assignments = tuple(Assignment(unit_id=u, unit_kind=kinds[u[0]], segment=SEGMENTS[t % 6], topic_id=f"t{t:03}", method="聚类", similarity=0.5) for u, t in home.items())
    text = "研制关键部件并在产线验证，指标达到要求。" * 10
    wanted = [Demand(demand_id=f"D{i}", submission_id=f"S{i}", version=1, superseded_by=None, source_file="f", source_location="l",
                     organisation=f"单位{chance.integers(1500)}", region=of(REGIONS) or "", title=named[f"D{i}"][0], text=text + (of(SAYINGS) or ""), budget_wan=300.0,
                     period_years=float(chance.integers(1, 6)), clarity="clear", foreign_dependence=bool(chance.random() < 0.4)) for i in range(demands)]
    granted = [Patent(patent_id=f"P{i}", family_id=f"F{i // 2 if i % 10 == 0 else i}", title="一种装置", abstract=text, first_applicant=f"申请人{chance.integers(4000)}",
                      country=of(COUNTRIES), province=of(REGIONS) or "", year=int(chance.integers(2008, 2026)), ipc=(f"H01L21/{chance.integers(10, 60)}",),
                      source_file="f", source_location="l", segment="design") for i in range(patents)]
    issued = [Policy(policy_id=f"L{i}", title="集成电路行动方案", doc_number=None, issuer=f"机关{i % 60}", level=of(("国家", "省", "市", "园区")), region=of(REGIONS) or "",
                     date=date(2018 + i % 8, 3, 1), status="正式", source_file="f") for i in range(policies)]
    parts = [Clause(clause_id=f"C{i}-{j}", policy_id=f"L{i}", path="一", heading=None, text=f"支持{'、'.join(named[f'C{i}-{j}'])}研发，{text}", source_location="l")
             for i in range(policies) for j in range(clauses)]
    past = [Project(project_id=f"J{i}", title=f"{terms_of(i % topics)[0]}研究", organisation=f"单位{i}", region=of(REGIONS) or "", year=2020, status="已验收", text=text,
                    source_file="f", source_location="l") for i in range(projects)]
    return Corpus(topics=listed, assignments=assignments, sources=Sources(
        demands=wanted, clauses=parts, policies=issued, patents=granted, projects=related_projects(listed, past), named=named, as_of=date(2026, 11, 1)))


def time_stages(corpus: Corpus) -> dict[str, float]:
    seconds, rules, options = {}, load_organising_rules(LEXICONS / "organising.toml"), replace(read().priority)
    start = time.process_time()
    facts = measure(corpus.topics, corpus.assignments, sources=corpus.sources, rules=load_evidence_rules(LEXICONS))
    seconds["evidence"] = time.process_time() - start
    ranking = explore(corpus.topics, facts, seed=7, options=options)
    seconds["rank"] = time.process_time() - start - seconds["evidence"]
    organise(ranking.priorities, fact_table(corpus.topics, facts), corpus.assignments, corpus.sources, rules)
    region_pairs(region_matrix(corpus.assignments, sources=corpus.sources), segments=SEGMENTS, alike=0.9, seed=7)
    seconds["all"] = time.process_time() - start
    return seconds | {"facts": float(len(facts))}


if __name__ == "__main__":
    print({k: round(v, 1) for k, v in time_stages(make_corpus()).items()}, f"峰值内存 {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
