import json
import random
import tomllib

import pytest

from nlp.embed import HashEncoder
from nlp.records import Demand, Duplicate, Project
from nlp.understand.duplicates import TitledText, find_duplicates
from tests.nlp.understand.duplicate_pairs import ROOT, Pair, finder, pairs, text

SHARED = ROOT.parent / "shared"
EVERY = [*pairs("pairs.toml"), *pairs("pairs_late.toml")]
# What is known to go wrong; a repair must take it off this list.
KNOWN_WRONG = {"tea.word", "ginger.word", "probe.rf"}


@pytest.mark.parametrize("pair", EVERY, ids=lambda pair: pair.b.ident)
def test_pair(pair: Pair) -> None:
    verdict = finder().compare(pair.a, pair.b)
    assert (verdict.same == (pair.label == "duplicate")) != (pair.b.ident in KNOWN_WRONG)


@pytest.mark.parametrize("pair", EVERY, ids=lambda pair: pair.b.ident)
def test_the_verdict_is_the_same_from_the_other_side(pair: Pair) -> None:
    one, other = finder().compare(pair.a, pair.b), finder().compare(pair.b, pair.a)
    assert (one.same, round(one.likeness, 9)) == (other.same, round(other.likeness, 9))


def test_both_halves_hold_enough() -> None:
    written = pairs("pairs.toml")
    assert min(sum(p.label == label for p in written) for label in ("duplicate", "related")) >= 60
    assert min(sum(p.held_out == half and p.label == label for p in written) for half in (True, False) for label in ("duplicate", "related")) >= 20


@pytest.mark.parametrize(
    ("a", "b", "shown"),
    [
        ("7nm逻辑芯片刻蚀终点检测算法", "5nm逻辑芯片刻蚀终点检测算法", "7nm ↔ 5nm"),
        ("钛合金薄壁件铣削变形预测", "铝合金薄壁件铣削变形预测", "钛合金 ↔ 铝合金"),
        ("小麦赤霉病抗性育种", "玉米赤霉病抗性育种", "小麦 ↔ 玉米"),
        ("T700级碳纤维上浆剂配方", "T1000级碳纤维上浆剂配方", "T700 ↔ T1000"),
    ],
)
def test_differences_are_listed(a: str, b: str, shown: str) -> None:
    found = finder().find([text(a, "现有产品依赖进口，需要联合攻关。", "a"), text(b, "现有产品依赖进口，需要联合攻关。", "b")])
    assert [(d.a, d.b, d.label) for d in found] == [("a", "b", "related")]
    assert shown in found[0].differences


def everything() -> list[TitledText]:
    found = {t.ident: t for pair in EVERY for t in (pair.a, pair.b)}
    return [found[ident] for ident in sorted(found)]


def test_the_order_of_the_demands_changes_nothing() -> None:
    texts = everything()
    shuffled = random.Random(3).sample(texts, len(texts))
    assert finder().find(texts) == finder().find(shuffled)


def test_blocking_loses_no_duplicate() -> None:
    found = {(d.a, d.b): d.label for d in finder().find(everything())}
    lost = [p.b.ident for p in EVERY if p.label == "duplicate" and p.b.ident not in KNOWN_WRONG and found.get((p.a.ident, p.b.ident)) != "duplicate"]
    assert lost == []


def test_vectors_add_candidates_and_decide_nothing() -> None:
    texts = everything()[:40]
    without, with_vectors = finder().find(texts), finder().find(texts, encoder=HashEncoder())
    assert set(without) <= set(with_vectors)


def test_every_pair_of_identical_texts_is_listed() -> None:
    same = [text("红外探测器读出电路设计", "噪声偏大，需要低噪声读出电路。", ident) for ident in "cab"]
    assert [(d.a, d.b, d.score) for d in finder().find(same)] == [("a", "b", 1.0), ("a", "c", 1.0), ("b", "c", 1.0)]


@pytest.mark.parametrize("texts", [[], [text("只有一条")], [text("", "", "a"), text("标题", "", "b")]])
def test_little_or_nothing(texts: list[TitledText]) -> None:
    assert finder().find(texts) == []


def test_two_texts_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same id"):
        finder().find([text("甲"), text("乙")])


def demand(ident: str, title: str, body: str, superseded_by: str | None = None) -> Demand:
    return Demand(demand_id=ident, submission_id=f"S-{ident}", version=1, superseded_by=superseded_by, source_file="a.xlsx",
                  source_location="第2行", organisation=None, region="未知", title=title, text=body)


def project(ident: str, title: str, body: str) -> Project:
    return Project(project_id=ident, title=title, organisation=None, region="未知", year=2020, status="已验收", text=body,
                   source_file="p.xlsx", source_location="第2行")


SOUGHT = demand("Z", "深紫外激光器倍频晶体生长技术", "倍频晶体吸收偏大，寿命短。需要提高晶体生长纯度。指标：266nm透过率≥88%，寿命≥5000小时。")


@pytest.mark.parametrize(
    ("past", "label"),
    [
        (project("A", "深紫外激光器倍频晶体生长研究", "研究倍频晶体生长，266nm透过率≥80%，寿命≥2000小时。"), "duplicate"),
        (project("A", "深紫外激光器倍频晶体生长研究", ""), "duplicate"),
        (project("A", "深紫外激光器倍频晶体", ""), "related"),
        (project("A", "中红外激光器增益晶体", ""), None),
    ],
)
def test_against_past_projects(past: Project, label: str | None) -> None:
    found = find_duplicates([SOUGHT], projects=[past, project("B", "生猪养殖臭气处理", "")], finder=finder())
    assert [(d.a, d.b, d.label) for d in found] == ([("Z", "A", label)] if label else [])


def test_replaced_versions_and_pairs_of_projects_are_left_out() -> None:
    old = demand("Y", SOUGHT.title, SOUGHT.text, superseded_by="Z")
    twice = [project("A", "硅片清洗", "硅片清洗后颗粒残留多"), project("B", "硅片清洗", "硅片清洗后颗粒残留多")]
    assert find_duplicates([SOUGHT, old], projects=twice, finder=finder()) == []


def test_only_the_pairs_of_some_are_found_as_among_all() -> None:
    bodies = ["硅片清洗后颗粒残留多，颗粒数不超过10个。", "硅片清洗后颗粒残留多，颗粒数不超过10个。", "硅片清洗后颗粒残留多，颗粒数不超过30个。", "真空机械手定位漂移。"]
    texts = [text("硅片清洗", body, f"T{n}") for n, body in enumerate(bodies)]
    every = finder().find(texts)
    assert len(every) >= 3
    for one in ("T0", "T2", "T3"):
        assert finder().find(texts, touching={one}) == [d for d in every if one in (d.a, d.b)]


def test_the_planted_pairs_of_the_sample() -> None:
    from nlp.parse import load_regions, load_synonyms, parse
    from nlp.readers import read

    lexicons = ROOT / "corpora" / "lexicons"
    synonyms, regions = load_synonyms(lexicons / "columns.toml"), load_regions(lexicons / "regions.toml")
    sample = ROOT / "corpora" / "sample"
    files = [p for folder in ("demands", "projects") for p in sorted((sample / folder).iterdir())]
    parsed = [parse(read(p.relative_to(sample).as_posix(), p.read_bytes()), kind=None, synonyms=synonyms, regions=regions) for p in files]
    demands = [d for one in parsed for d in one.demands]
    planted = tomllib.loads((ROOT / "tests" / "data" / "sample_planted.toml").read_text("utf-8"))
    names = {(d["organisation"], d["title"]): d["key"] for d in planted["demands"]}
    known = {d.demand_id: names.get((d.organisation, d.title), d.title) for d in demands}
    found = find_duplicates(demands, projects=[p for one in parsed for p in one.projects], finder=finder())
    label = {frozenset((known[d.a], known.get(d.b, d.b))): d.label for d in found}
    same = {pair for pair, name in label.items() if name == "duplicate"}
    funded = {frozenset((f["demand"], f["project"])) for f in planted["already_funded"]}
    assert same == {frozenset((p["a"], p["b"])) for p in planted["duplicates"]} | funded
    assert all(label.get(frozenset((p["a"], p["b"]))) == "related" for p in planted["related"])


@pytest.mark.real
def test_the_gold_pairs() -> None:
    gold = SHARED / "gold" / "demand_pairs.jsonl"
    if not gold.is_file():
        pytest.skip("../shared is not there")
    rows = [json.loads(line) for line in (SHARED / "gold" / "demands.jsonl").read_text("utf-8").splitlines()]
    found = finder().find([text(r["text"].partition("\n")[0], r["text"].partition("\n")[2], r["id"]) for r in rows])
    wanted = [json.loads(line) for line in gold.read_text("utf-8").splitlines()]
    duplicates = pairs_of(found)
    assert duplicates == {frozenset((w["a"], w["b"])) for w in wanted if w["label"] == "duplicate"}


def pairs_of(found: list[Duplicate]) -> set[frozenset[str]]:
    return {frozenset((d.a, d.b)) for d in found if d.label == "duplicate"}
