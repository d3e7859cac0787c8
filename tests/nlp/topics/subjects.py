"""Small made-up collections: units of a few subjects that share characters and terms, one text a unit."""

from collections.abc import Sequence

import numpy as np

from nlp.embed import HashEncoder
from nlp.options import IdentityOptions, TopicOptions
from nlp.records import Unit

OPTIONS = TopicOptions(floor=8, smallest=3, average=6, nearest=0.0, term_weight=0.5, dimensions=20, resamples=2, top_terms=5)
IDENTITY = IdentityOptions(born_from=4, split_cosine=-1)  # the four texts of a subject are groups of their own: no splits here
SUBJECTS = {
    "光刻胶": ("ArF浸没式光刻胶的光敏树脂合成", "光刻胶用光致产酸剂的纯化", "降低光刻胶金属杂质的过滤", "光刻胶显影后缺陷的控制"),
    "刻蚀机": ("等离子刻蚀机的射频电源匹配", "刻蚀机腔室涂层的耐蚀性", "刻蚀机静电卡盘的控温", "刻蚀机终点检测的光谱方法"),
    "键合": ("铜铜混合键合的表面活化", "晶圆键合的对准误差补偿", "临时键合胶的激光解键合", "键合界面空洞的超声检测"),
    "离子源": ("离子注入机离子源的灯丝寿命", "离子源束流的均匀性控制", "高能离子源的电极污染", "离子源供气的质量流量控制"),
}


def unit(subject: str, number: int) -> Unit:
    text = SUBJECTS[subject][number % len(SUBJECTS[subject])]
    return Unit(unit_id=f"{subject}{number:02}", unit_kind="patent", title=text, text=f"{text}（{number}）。{subject}{subject}", region="上海",
                organisation=None, source_file="a.jsonl", source_location="第1行")


def units_of(subject: str, n: int, *, start: int = 0) -> list[Unit]:
    return [unit(subject, i) for i in range(start, start + n)]


def terms_of(one: Unit) -> tuple[str, ...]:
    return (subject_of(one.unit_id), one.title[-4:])


def subject_of(unit_id: str) -> str:
    return unit_id.rstrip("0123456789")


def vectors_of(units: Sequence[Unit]) -> np.ndarray:
    return HashEncoder().encode([u.text for u in units])


UNITS = [*units_of("光刻胶", 12), *units_of("刻蚀机", 12)]
