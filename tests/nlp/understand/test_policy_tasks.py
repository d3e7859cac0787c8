"""Own sentences only: segmentation in/out tables, what is a task and what is not, kinds, and refusals."""

import csv
import io
import json
import zlib
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from nlp.embed import HashEncoder
from nlp.errors import InvalidSetting, ModelUnavailable
from nlp.records import PolicyTask
from nlp.understand.policy_features import feature_names, vector_features, word_features
from nlp.understand.policy_segments import split_segments
from nlp.understand.policy_tasks import KINDS, TaskWeights, find_tasks, find_tasks_in, load_task_weights
from nlp.understand.policy_training import build_policy_tasks, cross_validated, read_labelled, read_own_labels
from nlp.understand.policy_words import PolicyWords, load_policy_words

ROOT = Path(__file__).resolve().parents[3]
LEXICON = ROOT / "corpora" / "lexicons" / "policy_tasks.toml"
FOLDER = ROOT / "models" / "policy-tasks"
PLANS = ROOT / "corpora" / "gold" / "policy_tasks_plans.jsonl"
PARAGRAPH = (
    "强化企业创新主体地位。实施键合设备首台套培育行动，支持链主企业牵头组建创新联合体，建设先进封装中试平台和公共检测中心，"
    "开展临时键合胶关键核心技术攻关，培育壮大封装设备产业集群，力争封装设备产业规模突破300亿元，新增专精特新企业40家以上，让企业更有获得感。"
)
REVIEW = "产业发展成效显著。封装设备产值累计达到210亿元、增长18.5%，3家企业入选国家制造业单项冠军，键合机成功量产，产业规模跃升全国第二。"


@cache
def words() -> PolicyWords:
    return load_policy_words(LEXICON)


@cache
def weights() -> TaskWeights:
    return load_task_weights(FOLDER, words())


def surfaces(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split_segments(text, words())]


def tasks(text: str) -> list[tuple[str, str]]:
    found = find_tasks("u", text, words=words(), weights=weights())
    assert all(0 <= t.start < t.end <= len(text) and t.unit_id == "u" for t in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    return [(text[t.start : t.end], t.kind) for t in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一、总体要求\n推进技术攻关，建设中试平台。", ["总体要求", "推进技术攻关", "建设中试平台"]),
        ("（一）支持甲厂。二是建设乙线；③落实丙策！", ["支持甲厂", "建设乙线", "落实丙策"]),
        ("其中：产值突破1,200亿元，按照1:1配套。", ["产值突破1,200亿元", "按照1:1配套"]),
        ("实施“补链，强链”工程（分期，分批），打造高地", ["实施“补链，强链”工程（分期，分批）", "打造高地"]),
        ("实施“没有合上的工程，打造高地。", ["实施“没有合上的工程", "打造高地"]),
        ("5G基站2.5万座，2026年完成。", ["5G基站2.5万座", "2026年完成"]),
        ("，。；\n\n", []),
        ("", []),
    ],
)
def test_segments(text: str, expected: list[str]) -> None:
    assert surfaces(text) == expected


def test_segments_know_their_sentence_and_paragraph() -> None:
    found = split_segments("甲一，甲二。乙一\n丙一，丙二。", words())
    assert [(s.sentence, s.paragraph, s.opens, s.closes) for s in found] == [
        (0, 0, True, False), (0, 0, False, True), (1, 0, True, True), (2, 1, True, False), (2, 1, False, True),
    ]  # fmt: skip


def test_measures_are_found_with_their_kind() -> None:
    found = dict(tasks(PARAGRAPH))
    assert found["支持链主企业牵头组建创新联合体"] == "support"
    assert found["建设先进封装中试平台和公共检测中心"] == "platform"
    assert found["开展临时键合胶关键核心技术攻关"] == "breakthrough"
    assert found["培育壮大封装设备产业集群"] == "industry"
    assert found["力争封装设备产业规模突破300亿元"] == found["新增专精特新企业40家以上"] == "target"


@pytest.mark.parametrize("slogan", ["强化企业创新主体地位", "让企业更有获得感"])
def test_subject_and_slogan_are_no_tasks(slogan: str) -> None:
    assert slogan in surfaces(PARAGRAPH) and slogan not in dict(tasks(PARAGRAPH))


@pytest.mark.parametrize(
    "text",
    [REVIEW, "各位代表！我们要坚定信心、迎难而上，奋力谱写新篇章！", "改善乡村人居环境，整修道路120公里，办好老年食堂。", ""],
)
def test_reviews_slogans_and_other_matters_hold_no_task(text: str) -> None:
    assert tasks(text) == []


def test_the_field_of_a_breakthrough_belongs_to_it() -> None:
    text = "加强原始创新。围绕键合设备、封装材料等领域，集中攻克一批关键核心技术。聚焦服务型制造等领域，建设公共服务平台。"
    found = tasks(text)
    assert ("围绕键合设备、封装材料等领域，集中攻克一批关键核心技术", "breakthrough") in found
    assert ("建设公共服务平台", "platform") in found


def test_short_clauses_open_with_their_task() -> None:
    assert tasks("研制晶圆键合设备，攻克对准机构等关键部件，实现套刻误差不高于50纳米。")[0] == ("研制晶圆键合设备", "breakthrough")


def test_many_texts_give_what_one_by_one_gives() -> None:
    texts = {"a": PARAGRAPH, "b": "", "c": REVIEW}
    together = find_tasks_in(texts, words=words(), weights=weights())
    assert together == {i: find_tasks(i, text, words=words(), weights=weights()) for i, text in texts.items()}
    assert find_tasks_in({}, words=words(), weights=weights()) == {}


def test_an_encoder_that_the_weights_do_not_know_is_left_aside() -> None:
    other = HashEncoder()
    assert find_tasks("a", PARAGRAPH, words=words(), weights=weights(), encoder=other) == find_tasks(
        "a", PARAGRAPH, words=words(), weights=weights()
    )


def test_features_have_names_and_stay_small() -> None:
    segments = split_segments(PARAGRAPH, words())
    features = word_features(PARAGRAPH, segments, words())
    assert features.shape == (len(segments), len(feature_names(words()))) and len(set(feature_names(words()))) == features.shape[1]
    assert features.min() >= 0 and features.max() <= 1.5
    vectors = vector_features(HashEncoder().encode(surfaces(PARAGRAPH)), segments)
    assert vectors.shape == (len(segments), 3 * HashEncoder.dimension)
    assert word_features("", (), words()).shape == (0, features.shape[1]) and vector_features(np.zeros((0, 8), np.float32), ()).shape == (0, 24)


def test_training_on_our_own_plans_round_trips(tmp_path: Path) -> None:
    examples = read_labelled(PLANS.read_bytes())
    assert len({e.group for e in examples}) >= 5 and all(e.text[t.start : t.end] for e in examples for t in e.tasks)
    encoder = HashEncoder()
    build_policy_tasks(examples, words=words(), encoder=encoder, folder=tmp_path)
    fitted = load_task_weights(tmp_path, words())
    assert fitted.encoder == encoder.name
    assert build_policy_tasks(examples, words=words(), encoder=encoder, folder=tmp_path / "again").read_bytes() == (tmp_path / "weights.safetensors").read_bytes()
    found = find_tasks_in({e.unit_id: e.text for e in examples}, words=words(), weights=fitted, encoder=encoder)
    wanted = {t for e in examples for t in e.tasks}
    assert len(wanted & {t for e in examples for t in found[e.unit_id]}) > 0.8 * len(wanted)
    assert set(cross_validated(examples[:60], (), words=words(), encoder=None)) == {e.group for e in examples[:60]}


def test_own_labels_name_a_line_and_are_checked_against_it() -> None:
    report = io.StringIO()
    csv.writer(report).writerows([["province", "full_text"], ["某省", "题目\n 支持甲厂。\n建设乙台。"]])
    label = {"id": "x", "province": "某省", "line": 1, "crc32": zlib.crc32("支持甲厂。".encode()), "tasks": [{"start": 0, "end": 4, "kind": "support"}]}
    lines = [label, {**label, "line": 2}, {**label, "line": 9}, {**label, "province": "别处"}]
    data = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    (found,) = read_own_labels(data, [report.getvalue().encode()])
    assert (found.group, found.text, found.tasks) == ("某省", "支持甲厂。", (PolicyTask(unit_id="x", start=0, end=4, kind="support"),))


def test_broken_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"weights\.safetensors"):
        load_task_weights(tmp_path, words())
    (tmp_path / "weights.safetensors").write_bytes(b"\0" * 40)
    with pytest.raises(ModelUnavailable):
        load_task_weights(tmp_path, words())
    said = {"words_only.threshold": "0.4", "with_vectors.threshold": "0.4", "encoder": "e", "names": "first"}
    (tmp_path / "weights.safetensors").write_bytes(save(load_file(FOLDER / "weights.safetensors"), metadata={"said": json.dumps(said)}))
    with pytest.raises(ModelUnavailable, match="词组不一致"):
        load_task_weights(tmp_path, words())
    (tmp_path / "w.toml").write_text("adverbs = 3", "utf-8")
    with pytest.raises(InvalidSetting):
        load_policy_words(tmp_path / "w.toml")


def test_kinds_are_those_of_the_record() -> None:
    assert KINDS == ("breakthrough", "industry", "platform", "support", "target")


@pytest.mark.real
def test_dev_gold_without_encoder() -> None:
    gold = ROOT.parent / "shared" / "gold" / "policy_tasks.jsonl"
    if not gold.exists():
        pytest.skip("没有 ../shared 的真实数据")
    examples = read_labelled(gold.read_bytes())
    found = find_tasks_in({e.unit_id: e.text for e in examples}, words=words(), weights=weights())
    hits = sum(any(2 * (min(t.end, p.end) - max(t.start, p.start)) >= max(t.end, p.end) - min(t.start, p.start) for p in found[e.unit_id]) for e in examples for t in e.tasks)
    n = sum(len(e.tasks) + len(found[e.unit_id]) for e in examples)
    assert 2 * hits / n >= 0.8  # fitted on them: the cross-validated figure stands in the card
