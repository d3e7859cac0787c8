import re
from pathlib import Path

import pytest

from flows import settings
from nlp.errors import InvalidSetting

TEXT = settings.DEFAULT.read_text("utf-8")


def test_the_shipped_file_is_valid() -> None:
    assert settings.read(settings.DEFAULT).run.chain == "ic"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("seed = 7", 'seed = "七"', "run.seed"),
        ("seed = 7", "seed = 7\nsed = 8", "run.sed"),
        ("demand = 0.30", "demand = 0.9", "合计应为 1"),
        ('dtype = "auto"', 'dtype = "int4"', "encoder.dtype"),
        ("[draft]", "[draft", "不是合法的 TOML"),
        ("seed = 7", "seed = " + "7" * 5000, "不是合法的 TOML"),  # found by the fuzz, as the next
        ("seed = 7", "seed = " + "[" * 5000, "不是合法的 TOML"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in TEXT
    path = tmp_path / "settings.toml"
    path.write_text(TEXT.replace(old, new, 1), "utf-8")
    with pytest.raises(InvalidSetting, match=named):
        settings.read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match=r"none\.toml"):
        settings.read(tmp_path / "none.toml")


def test_at_least_one_core() -> None:
    assert settings.available_cores() >= 1


@pytest.mark.parametrize(("old", "new", "said"), [
    ("seed = 7", 'seed = "七"', "run.seed：应为整数，不加引号"), ("seed = 7", "seed = 7.5", "run.seed：应为整数，不带小数"), ("seed = 7", "", "run.seed：缺少这一项"),
    ("seed = 7", "seed = 7\nsed = 8", "run.sed：没有这一项"), ('chain = "ic"', "chain = 1", "run.chain：应为文字，写在引号里"),
    ("whole_mb = 48", "whole_mb = 0", "reading.whole_mb：应不小于 1"), ("whole_mb = 48", "whole_mb = 201", "reading.whole_mb：应不大于 200"),
    ("apart = 0.4", "apart = 2", "topics.apart：应小于 2"), ("apart = 0.4", "apart = 0", "topics.apart：应大于 0"), ("apart = 0.4", 'apart = "近"', "topics.apart：应为数字，不加引号"),
    ("apart = 0.4", "apart = nan", "topics.apart："), ('dtype = "auto"', 'dtype = "int4"', "encoder.dtype：应为其中之一：'auto'、'bfloat16'、'float32'"), ("enabled = false", "enabled = 3", "labeller.enabled：应为 true 或 false"),
    ('corpus_inbox = ["corpora/inbox"]', 'corpus_inbox = "corpora/inbox"', "schedule.corpus_inbox：应为方括号中的列表"),
    ("severity = {", "severity = 1 # {", "priority.severity：应为一节或一张表"), ("demand = 0.30", "demand = 0.9", "priority.weights：权重合计应为 1"),
    ("[draft]", "[draft", "第 "), ("seed = 7", "seed = 7\nseed = 8", "不是合法的 TOML（"), ("seed = 7", 'seed = "', "不是合法的 TOML（"),
])
def test_what_is_wrong_is_said_in_chinese(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(TEXT.replace(old, new, 1), "utf-8")
    with pytest.raises(InvalidSetting) as caught:
        settings.read(path)
    assert said in caught.value.reason
    assert not re.search("[Ii]nput|[Vv]alue|[Ff]ield|should|statement| at ", caught.value.reason)


def test_a_file_in_another_encoding_is_said(tmp_path: Path) -> None:
    (path := tmp_path / "settings.toml").write_bytes("# 设置".encode("gb18030"))
    with pytest.raises(InvalidSetting, match="不是 UTF-8 编码"):
        settings.read(path)


@pytest.mark.parametrize(("files", "cores"), [
    ({}, 64), ({"cpu.max": "max 100000"}, 64), ({"cpu.max": "150000 100000"}, 2), ({"cpu.max": "50000 100000"}, 1), ({"cpu.max": "9900000 100000"}, 64), ({"cpu.max": "?"}, 64),
    ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 64), ({"cpu/cpu.cfs_quota_us": "300000", "cpu/cpu.cfs_period_us": "100000"}, 3)], ids=str)
def test_cores_that_a_container_may_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], cores: int) -> None:
    monkeypatch.setattr(settings.os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text + "\n", "ascii")
    assert settings.available_cores(tmp_path) == cores
