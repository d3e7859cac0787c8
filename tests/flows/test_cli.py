"""The command line as scripts meet it: exit codes, streams, Chinese help, the formats of CONTRACT."""

import io
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from flows import cli, store

TEXTS = [
    {"id": "a", "text": "一种ArF光刻胶及其制备方法\n本发明公开了一种ArF浸没式光刻胶，包括光敏树脂和光致产酸剂。", "other": 1},
    {"id": "b", "text": "生猪养殖粪污处理\n希望解决养殖场粪污处理问题。"},
    {"id": "c", "text": ""},
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(json.dumps(t, ensure_ascii=False) for t in TEXTS), "utf-8")
    return path


def rows(path: Path) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [([], "缺少参数"), (["terms"], "缺少参数"), (["terms", "x", "-o", "y", "--nope"], "不认识的参数"), (["nosuch"], "不能取"),
     (["refresh", "--as-of", "yesterday"], "不合要求"), (["refresh", "--kind", "letter"], "不能取")],
)
def test_wrong_usage_is_said_in_chinese_and_exits_2(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    printed = capsys.readouterr()
    assert (stop.value.code, printed.out) == (2, "")
    assert said in printed.err and "用法：" in printed.err


@pytest.mark.parametrize("arguments", [["-h"], ["refresh", "-h"], ["terms", "-h"], ["models", "-h"], ["models", "build", "-h"]])
def test_help_is_chinese(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    printed = capsys.readouterr().out
    assert stop.value.code == 0
    assert not re.search(r"usage|options|positional|show this|optional", printed)
    assert "显示本帮助" in printed


def test_terms_have_places(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["terms", str(source), "-o", str(tmp_path / "out.jsonl")]) == 0
    assert capsys.readouterr().out == ""
    found = {r["id"]: r["terms"] for r in rows(tmp_path / "out.jsonl")}
    assert list(found) == ["a", "b", "c"]
    assert found["c"] == []
    assert "ArF浸没式光刻胶" in {t["term"] for t in found["a"]}
    assert all(TEXTS[0]["text"][t["start"] : t["end"]] == t["term"] for t in found["a"])  # type: ignore[index]
    scores = [t["score"] for t in found["a"]]
    assert scores == sorted(scores, reverse=True)


def test_segments(source: Path, tmp_path: Path) -> None:
    assert cli.main(["segments", str(source), "-o", str(tmp_path / "out.jsonl")]) == 0
    assert {r["id"]: r["segment"] for r in rows(tmp_path / "out.jsonl")} == {"a": "materials", "b": "none", "c": "none"}


@pytest.mark.slow
def test_embed(source: Path, tmp_path: Path) -> None:
    assert cli.main(["embed", str(source), "-o", str(tmp_path / "out.npz")]) == 0
    with np.load(tmp_path / "out.npz", allow_pickle=False) as file:
        assert (file["ids"].tolist(), file["vectors"].dtype, file["vectors"].shape) == (["a", "b", "c"], np.float32, (3, 384))
        assert str(file["model"]) == "e5-small-zh"


@pytest.mark.slow
def test_topics_of_a_collection_too_small_to_cluster(source: Path, tmp_path: Path) -> None:
    assert cli.main(["topics", str(source), "-o", str(tmp_path / "out.jsonl")]) == 0
    assert {(r["topic"], r["method"]) for r in rows(tmp_path / "out.jsonl")} <= {(None, "样本太少"), (None, "无技术术语")}


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "第1行"), ('{"id": "a"}', "缺少 id 或 text"), ('{"id":"a","text":"x"}\n{"id":"a","text":"y"}', "重复"), ("[1]", "缺少 id 或 text")],
)
def test_a_bad_line_is_named(content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(content, "utf-8")
    assert cli.main(["terms", str(path), "-o", str(tmp_path / "out.jsonl")]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out.jsonl").exists()


def test_a_missing_file_is_an_error_not_a_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["terms", str(tmp_path / "none.jsonl"), "-o", str(tmp_path / "out.jsonl")]) == 1
    assert "none.jsonl" in capsys.readouterr().err


def test_a_locked_folder_exits_75(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with store.run_lock(tmp_path):
        assert cli.main(["refresh", "--out", str(tmp_path)]) == 75
    assert "另一次运行" in capsys.readouterr().err


def test_models_list_and_verify(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["models", "list"]) == 0
    assert "e5-small-zh" in capsys.readouterr().out
    assert cli.main(["models", "verify"]) == 0
    assert "完好" in capsys.readouterr().out


def test_a_sign_that_the_output_lacks_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file or a pipe on Windows: GBK, or, where the system is English, cp1252."""
    shown = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(shown, encoding="cp1252"))
    assert cli.main(["models", "list"]) == 0
    sys.stdout.flush()
    assert b"e5-small-zh" in shown.getvalue()
