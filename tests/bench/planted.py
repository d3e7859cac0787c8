"""Rounds in which some topics are planted to matter and some not, with demands and patents put into wrong topics on purpose.

    python -m tests.bench.planted 100      # share of high topics in the top 12, low ones in the top 20, gates that are right

A round has 64 demands, 12 policies, 240 patents, 24 topics. High: five organisations in three or four provinces, named by
policies, held abroad, dependence stated. Low: one organisation that submits again and again, slogans, domestic patents, no
policy. The rest lies between. A part of the units is then assigned to a random topic, as a clustering would.
"""

import sys
from dataclasses import dataclass
from datetime import date

import numpy as np

from flows.ranking import organise
from flows.settings import read
from flows.understand import LEXICONS
from nlp.evidence import DELTA, Sources, load_evidence_rules, measure
from nlp.organising import load_organising_rules
from nlp.priority import fact_table, rank
from nlp.records import Assignment, Clause, Demand, Patent, Policy, Topic

LEVELS = ("high",) * 8 + ("mid",) * 8 + ("low",) * 8
SAYINGS = ("关键部件全部依赖进口", "国外供应商已停止供货", "仅有一家国外企业供应，存在断供风险", "长期依赖进口")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    topics: tuple[Topic, ...]
    assignments: tuple[Assignment, ...]
    sources: Sources
    across: dict[str, bool]  # topic -> demands planted in two provinces


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    high_in_12: float  # share of the high topics
    low_in_20: float  # mean number of low topics among the first 20 less what must be there (24 topics, 8 low: 4)
    low_in_12: float
    gates_right: float


def make_round(seed: int, noise: float) -> Round:
    chance = np.random.default_rng(seed)
    demands: list[Demand] = []
    patents: list[Patent] = []
    clauses: list[Clause] = []
    home: dict[str, int] = {}
    policies = [Policy(policy_id=f"L{i}", title="行动方案", doc_number=None, issuer=f"机关{i}", level=("国家", "省", "省", "市")[i % 4], region=DELTA[i % 4],
                       date=date(2022 + i % 5, 1, 1), status="正式", source_file="f") for i in range(12)]
    across = {}
    for t, level in enumerate(LEVELS):
        places = {"high": [*DELTA, DELTA[t % 4]], "mid": [DELTA[t % 4], DELTA[(t + 1) % 4]], "low": [DELTA[t % 4]] * int(chance.integers(1, 4))}[level]
        if level == "high" and chance.random() < 0.5:
            places = places[:-1]
        across[f"t{t}"] = level != "low"
        for k, place in enumerate(places):
            said = SAYINGS[int(chance.integers(4))] if level == "high" and chance.random() < 0.8 else "需要改进工艺"
            i = f"D{len(demands)}"
            home[i] = t
            demands.append(Demand(
                demand_id=i, submission_id=i, version=1, superseded_by=None, source_file="f", source_location="l", organisation=f"单位{t}-{0 if level == 'low' else k}",
                region=place, title="", text=said if level != "low" else "打造世界一流卡脖子技术平台", period_years=float(chance.integers(1, 4)), clarity="concept" if level == "low" else "clear",
                foreign_dependence=(level == "high" and said != "需要改进工艺") or (level == "low" and chance.random() < 0.5)))
        for k in range(10):
            abroad = chance.random() < {"high": 0.6, "mid": 0.3, "low": 0.05}[level]
            i = f"P{len(patents)}"
            home[i] = t
            patents.append(Patent(patent_id=i, family_id=None, title="", abstract="", first_applicant=f"申请人{t}-{k % 5}", country="日本" if abroad else "中国",
                                  province="未知" if abroad else (*DELTA, "北京")[int(chance.integers(5))], year=int(chance.integers(2012, 2024)), ipc=(), source_file="f", source_location="l"))
        for p in chance.choice(12, {"high": 4, "mid": 1, "low": 0}[level], replace=False).tolist():
            i = f"C{len(clauses)}"
            home[i] = t
            clauses.append(Clause(clause_id=i, policy_id=f"L{p}", path="", heading=None, text=f"攻克术语{t}甲", source_location="l"))
    named = {i: (f"术语{t}甲",) for i, t in home.items()}
    moved = {i: int(chance.integers(len(LEVELS))) if chance.random() < noise else t for i, t in home.items()}
    topics = tuple(Topic(topic_id=f"t{t}", segment="design", label="", terms=(f"术语{t}甲",), n_demands=3, n_clauses=2, n_patents=10, regions=(), stability=0.8) for t in range(len(LEVELS)))
    assignments = tuple(Assignment(unit_id=i, unit_kind="", segment="design", topic_id=f"t{t}", method="聚类", similarity=0.5) for i, t in moved.items())
    sources = Sources(demands=demands, clauses=clauses, policies=policies, patents=patents, named=named, as_of=date(2026, 11, 1))
    return Round(topics=topics, assignments=assignments, sources=sources, across=across)


def score_round(made: Round, seed: int) -> Score:
    options, rules = read().priority, load_organising_rules(LEXICONS / "organising.toml")
    facts = measure(made.topics, made.assignments, sources=made.sources, rules=load_evidence_rules(LEXICONS))
    priorities = rank(made.topics, facts, seed=seed, options=options)
    place = {p.topic_id: p.rank for p in priorities}
    gates = organise(priorities, fact_table(made.topics, facts), made.assignments, made.sources, rules).gates
    high, low = ([place[f"t{t}"] for t, level in enumerate(LEVELS) if level == wanted] for wanted in ("high", "low"))
    right = [(g.verdict == "pass") == made.across[g.topic_id] for g in gates if g.gate == "cross_region"]
    return Score(high_in_12=float(np.mean([r <= 12 for r in high])), low_in_20=sum(r <= 20 for r in low) - 4, low_in_12=sum(r <= 12 for r in low), gates_right=float(np.mean(right)))


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    for noise in (0.0, 0.1, 0.2, 0.3):
        found = [score_round(make_round(seed, noise), seed) for seed in range(rounds)]
        print(f"错放 {noise:.0%}：重要主题进前 12 {np.mean([s.high_in_12 for s in found]):.1%}，不重要的进前 12 平均 {np.mean([s.low_in_12 for s in found]):.2f} 个，"
              f"多进前 20 平均 {np.mean([s.low_in_20 for s in found]):.2f} 个，跨区域判定正确 {np.mean([s.gates_right for s in found]):.1%}")


if __name__ == "__main__":
    main()
