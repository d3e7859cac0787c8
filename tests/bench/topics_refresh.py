"""Twelve monthly refreshes of +8 % units with unseen disciplines arriving: what becomes of ids, of new subjects, of edits, of quality.

    python -m tests.bench.topics_refresh ../shared        # prints the table, writes outputs/bench/topics_refresh.json
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score

from flows.settings import read
from flows.store import write_json
from nlp.options import IdentityOptions, TopicOptions
from nlp.records import TopicEdit, TopicEditFate, Unit
from nlp.topics.cluster import discover
from nlp.topics.edits import EditedRenewal, edited_ids, fates_of, finish, restructure
from nlp.topics.explain import explain
from nlp.topics.identity import refresh
from nlp.topics.registry import Registry

ROOT = Path(__file__).resolve().parents[2]
MONTHS, RATE, UNSEEN = 12, 0.08, 3
STARTS = (1, 3, 5)  # month in which each unseen discipline begins to arrive
MAJORITY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One simulated year."""

    seed: int
    kept_each: float  # the worst month: share of the units with a topic that had the same id a month later
    kept_all: float  # share of the first month's units with the same id after all refreshes
    found: int  # unseen disciplines that are the majority of some topic born on the way
    findable: int  # … of some topic of a re-fit from scratch
    births: int
    edits_kept: float
    ami: float
    ami_refit: float
    topics: int
    topics_refit: int


def arrivals(labels: Sequence[str], *, seed: int, months: int = MONTHS, rate: float = RATE) -> tuple[np.ndarray, list[str]]:
    """Month in which each row arrives, 0 for the first corpus, and the disciplines that are not in that one.

    The corpus grows by `rate` a month to all rows; an unseen discipline comes evenly over the months since its start.
    """
    chance, n = np.random.default_rng(seed), len(labels)
    sizes = Counter(labels)
    unseen = [str(s) for s in chance.choice(sorted(s for s in sizes if sizes[s] >= 0.02 * n), UNSEEN, replace=False)]
    rows = chance.permutation(n).tolist()
    month = np.full(n, months)
    for subject, start in zip(unseen, STARTS, strict=True):
        mine = [r for r in rows if labels[r] == subject]
        month[mine] = [start + i * (months - start + 1) // len(mine) for i in range(len(mine))]
    pool = [r for r in rows if labels[r] not in unseen]
    targets = [round(n / (1 + rate) ** (months - m)) for m in range(months + 1)]
    for m, target in enumerate(targets[:-1]):
        size = int((month[[r for r in rows if labels[r] in unseen]] <= m).sum())
        taken = sum(1 for r in rows if labels[r] not in unseen and month[r] < m)
        for r in pool[taken : max(taken, target - size)]:
            month[r] = m
    return month, unseen


def year(
    units: Sequence[Unit], vectors: np.ndarray, terms: Mapping[str, tuple[str, ...]], labels: Sequence[str],
    *, seed: int, options: TopicOptions, identity: IdentityOptions,
) -> Round:
    month, unseen = arrivals(labels, seed=seed)
    registry, edits, joined, homes, kept, births, checked = None, [], {}, [], [], set(), []
    for m in range(MONTHS + 1):
        rows = np.flatnonzero(month <= m)
        shaped = restructure(registry, edits, run_id=f"{m:02}") if registry else None
        renewal = refresh(shaped, [units[r] for r in rows], vectors[rows], terms, segment="all", run_id=f"{m:02}", seed=7, options=options,
                          identity=identity, protected=edited_ids(shaped, edits) if shaped else frozenset())
        shown = finish(renewal, edits, registry, shaped)
        homes.append({a.unit_id: a.topic_id for a in shown.assignments})
        if registry:
            births |= {e.topic_id for e in shown.events if e.event in ("born", "split") and "分析人员" not in e.reason}
            kept.append(same(homes[-2], homes[-1], joined))
            checked += [holds(e, f, shown) for e, f in zip(edits, fates_of(edits, shown.fates), strict=True)]
        registry = renewal.registry
        edits = edits or decisions(registry, seed)
        joined = {other: e.topic_id for e in edits if e.action == "merge" for other in e.payload}
    refit = {a.unit_id: a.topic_id for a in discover(units, vectors, terms, segment="all", seed=7, options=options).assignments}
    subject = {u.unit_id: label for u, label in zip(units, labels, strict=True)}
    return Round(seed=seed, kept_each=min(kept), kept_all=same(homes[0], homes[-1], joined), births=len(births), edits_kept=mean(checked),
                 found=sum(majority(homes[-1], subject, s, births) for s in unseen), findable=sum(majority(refit, subject, s, None) for s in unseen),
                 ami=quality(homes[-1], subject), ami_refit=quality(refit, subject),
                 topics=len({t for t in homes[-1].values() if t}), topics_refit=len({t for t in refit.values() if t}))


def decisions(registry: Registry, seed: int) -> list[TopicEdit]:
    """What an analyst does after the first month: ten names, a note, a topic hidden, the two nearest topics merged."""
    ids = [str(i) for i in np.random.default_rng(seed).permutation([t.topic_id for t in registry.topics])]
    _, into, other = max((n.cosine, i, n.id) for i in ids for n in explain(registry, i).neighbours[:1])
    wanted = [(i, "rename", (f"人工名称{i}",)) for i in ids[:10]] + [(ids[0], "note", ("待核实",)), (ids[1], "hide", ()), (into, "merge", (other,))]
    return [TopicEdit(edit_id=n, at="", who="", chain="", topic_id=i, action=action, payload=payload, reason="")
            for n, (i, action, payload) in enumerate(wanted, 1)]


def holds(edit: TopicEdit, fate: TopicEditFate, shown: EditedRenewal) -> bool:
    """Whether the decision is seen in what is published, or was retired with a reason."""
    if fate.fate == "retired":
        return bool(fate.reason)
    topic = next((t for t in shown.topics if t.topic_id == shown.registry.home(edit.topic_id)), None)
    if edit.action == "rename":
        return topic is not None and topic.label == edit.payload[0]
    if edit.action == "merge":
        return not {a.topic_id for a in shown.assignments} & set(edit.payload)
    return topic is not None and (topic.hidden if edit.action == "hide" else edit.payload[0] in topic.notes)


def same(before: Mapping[str, str | None], after: Mapping[str, str | None], joined: Mapping[str, str]) -> float:
    """Share of the units with a topic that have the same one afterwards; what an analyst merged is one."""
    return mean(after[u] == joined.get(t, t) for u, t in before.items() if t is not None)


def majority(home: Mapping[str, str | None], subject: Mapping[str, str], wanted: str, among: set[str] | None) -> bool:
    """Whether a topic (one of `among`, if given) holds more of the wanted subject than of all others together."""
    inside = Counter(t for t in home.values() if t and (among is None or t in among))
    mine = Counter(t for u, t in home.items() if t in inside and subject[u] == wanted)
    return any(n > MAJORITY * inside[t] for t, n in mine.items())


def quality(home: Mapping[str, str | None], subject: Mapping[str, str]) -> float:
    """AMI where an unassigned unit is a topic of its own, as ../shared/eval/score.py has it."""
    return float(adjusted_mutual_info_score([subject[u] for u in home], [t or f"alone-{u}" for u, t in home.items()]))


def refreshes(
    units: Sequence[Unit], vectors: np.ndarray, terms: Mapping[str, tuple[str, ...]], labels: Sequence[str], *, seeds: Sequence[int] = range(5),
    options: TopicOptions | None = None, identity: IdentityOptions | None = None,
) -> list[Round]:
    """Simulated years with different unseen disciplines; `tests.bench.topics` prints their means and worsts."""
    settings = read()
    plain, ours = replace(options or settings.topics, resamples=0), identity or settings.identity
    return [year(units, vectors, terms, labels, seed=s, options=plain, identity=ours) for s in seeds]


def table(rounds: Sequence[Round]) -> dict[str, object]:
    return {
        "逐月编号保持，最差": round(min(r.kept_each for r in rounds), 3), "首月材料全年编号保持，平均": round(mean(r.kept_all for r in rounds), 3),
        "全年编号保持，最差": round(min(r.kept_all for r in rounds), 3),
        "新学科发现": f"{sum(r.found for r in rounds)}/{UNSEEN * len(rounds)}", "重新聚类能见到的新学科": f"{sum(r.findable for r in rounds)}/{UNSEEN * len(rounds)}",
        "途中新主题，平均": mean(r.births for r in rounds), "人工编辑保持或说明": min(r.edits_kept for r in rounds),
        "AMI 减重新聚类，平均": round(mean(r.ami - r.ami_refit for r in rounds), 3), "AMI 减重新聚类，最差": round(min(r.ami - r.ami_refit for r in rounds), 3),
        "AMI": round(mean(r.ami for r in rounds), 3), "重新聚类 AMI": round(mean(r.ami_refit for r in rounds), 3),
        "主题数": mean(r.topics for r in rounds), "重新聚类主题数": mean(r.topics_refit for r in rounds),
    }


def main(shared: Path) -> None:
    """On the gold clusters of abstracts."""
    from flows.discover import terms_by_unit
    from flows.single import encode, mentions_of, read_units
    from flows.topic_space import subject_vectors
    from flows.understand import LEXICONS
    from nlp.embed import centre
    from nlp.terms import load_lexicon, merge

    report: dict[str, object] = {}
    for name, path, field in (("clusters_csldcp", shared / "gold" / "clusters_csldcp.jsonl", "label"),):
        units = read_units(path)
        labels = [str(json.loads(line)[field]) for line in path.read_text("utf-8").splitlines() if line.strip()]
        found = merge(mentions_of(units), load_lexicon(LEXICONS), [(u.unit_id, u.text) for u in units])
        vectors, name = encode(units)
        rounds = refreshes(units, subject_vectors(centre(vectors), encoder=name), terms_by_unit(found.mentions, found.terms), labels)
        report[name] = {"每年": [asdict(r) for r in rounds], "合计": table(rounds)}
    write_json(report, ROOT / "outputs" / "bench" / "topics_refresh.json")
    print(json.dumps({name: value["合计"] for name, value in report.items()}, ensure_ascii=False, indent=1))  # type: ignore[index]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared")
