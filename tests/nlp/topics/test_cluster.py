import random
from collections.abc import Sequence

import numpy as np
import pytest

from nlp.embed import HashEncoder
from nlp.options import TopicOptions
from nlp.records import Unit
from nlp.topics import centre_kinds, discover
from nlp.topics.cluster import choose_label, split_terms

OPTIONS = TopicOptions(floor=8, smallest=3, average=6, nearest=0.0, term_weight=0.5, dimensions=20, resamples=2, top_terms=5)
SUBJECTS = {
    "光刻胶": ("ArF浸没式光刻胶的光敏树脂合成", "光刻胶用光致产酸剂的纯化", "降低光刻胶金属杂质的过滤", "光刻胶显影后缺陷的控制"),
    "刻蚀机": ("等离子刻蚀机的射频电源匹配", "刻蚀机腔室涂层的耐蚀性", "刻蚀机静电卡盘的控温", "刻蚀机终点检测的光谱方法"),
}


def unit(number: int, subject: str, text: str, kind: str = "patent") -> Unit:
    return Unit(unit_id=f"u{number:02}", unit_kind="demand" if kind == "demand" else "patent", title=text, text=f"{text}。{subject}{subject}", region="上海",
                organisation=None, source_file="a.jsonl", source_location="第1行")


UNITS = [unit(i, subject, f"{text}（{i % 3}）") for i, (subject, text) in enumerate(
    (s, t) for s, texts in SUBJECTS.items() for t in texts * 3)]
TERMS = {u.unit_id: (next(s for s in SUBJECTS if s in u.text),) for u in UNITS}


def vectors(units: Sequence[Unit]) -> np.ndarray:
    return HashEncoder().encode([u.text for u in units])


def run(units: Sequence[Unit], terms: dict[str, tuple[str, ...]] | None = None):  # type: ignore[no-untyped-def]
    return discover(units, vectors(units), TERMS if terms is None else terms, segment="materials", seed=7, options=OPTIONS)


def test_two_subjects_are_not_mixed() -> None:
    found = run(UNITS)
    subject = {a.unit_id: TERMS[a.unit_id][0] for a in found.assignments}
    per_topic = {t.topic_id: {subject[a.unit_id] for a in found.assignments if a.topic_id == t.topic_id} for t in found.topics}
    assert len(found.topics) >= 2
    assert all(len(subjects) == 1 for subjects in per_topic.values())
    assert {t.label for t in found.topics} == set(SUBJECTS)


def test_shuffled_rows_give_the_same_topics_and_ids() -> None:
    shuffled = random.Random(1).sample(UNITS, len(UNITS))
    assert run(shuffled) == run(UNITS)


def test_topic_ids_do_not_come_from_the_engine() -> None:
    assert all(t.topic_id.startswith("materials-") and len(t.topic_id) == len("materials-") + 8 for t in run(UNITS).topics)


def test_every_unit_is_accounted_for_once() -> None:
    found = run(UNITS, {**TERMS, "u00": ()})
    assert sorted(a.unit_id for a in found.assignments) == sorted(u.unit_id for u in UNITS)
    assert [a.method for a in found.assignments if a.unit_id == "u00"] == ["无技术术语"]
    assert sum(t.n_patents for t in found.topics) == sum(a.topic_id is not None for a in found.assignments)


@pytest.mark.parametrize("n", [0, 1, 2, 5, 7])
def test_too_few_units_are_said_to_be_too_few(n: int) -> None:
    found = run(UNITS[:n])
    assert found.topics == ()
    assert [a.method for a in found.assignments] == ["样本太少"] * n


def test_a_genre_is_not_a_topic() -> None:
    rows = [Unit(unit_id=str(i), unit_kind="demand" if i < 25 else "patent", title="", text="x", region="未知", organisation=None,
                 source_file="a", source_location="b") for i in range(50)]
    subject = np.random.default_rng(0).normal(size=(50, 8))
    genre = np.zeros((50, 8))
    genre[:25, 0] = 30.0
    centred = centre_kinds(rows, (subject + genre).astype(np.float32))
    assert abs(float(centred[:25, 0].mean() - centred[25:, 0].mean())) < 0.3
    assert np.allclose(np.linalg.norm(centred, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("words", "label"),
    [(("ArF光刻胶", "光刻胶", "光致产酸剂"), "ArF光刻胶、光致产酸剂"), (("刻蚀机",), "刻蚀机"), ((), "（无术语）")],
)
def test_choose_label(words: tuple[str, ...], label: str) -> None:
    assert choose_label(words) == label


def test_terms_are_not_cut_into_words() -> None:
    assert split_terms("SiC MOSFET\x1f深沟槽 刻蚀\x1f SiC MOSFET\x1f") == ["SiC MOSFET", "深沟槽 刻蚀", "SiC MOSFET"]
