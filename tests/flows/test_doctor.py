"""The checks on this machine, and each of them where something is wrong."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flows import doctor
from flows.doctor import Check, examine, pinned
from nlp.errors import InvalidSetting


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {c.name: c for c in checks}


def test_this_machine_can_run(tmp_path: Path) -> None:
    found = by_name(list(examine(tmp_path)))
    assert {n for n, c in found.items() if c.state == "fail"} == set()
    assert {"Python", "软件包", "设置", "时钟", "时区", "产业链", "词表", "模型", "计算方式", "磁盘", "输出目录", "Prefect 目录", "Prefect 记录", "初筛数据库",
            "运行锁", "最近的运行", "残留进程", "图用字体"} <= set(found)
    assert any(name.startswith("分片目录") for name in found)


def test_every_finding_says_what_to_do(tmp_path: Path) -> None:
    assert all(c.remedy for c in examine(tmp_path) if c.state != "ok")


def test_a_check_that_breaks_is_a_finding_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(error: Exception) -> Callable[[], Check]:
        def examiner() -> Check:
            raise error
        return examiner

    monkeypatch.setattr(doctor, "settings", broken(InvalidSetting("settings.toml", "draws 小于 1", "请修改")))
    monkeypatch.setattr(doctor, "lexicons", broken(ZeroDivisionError("x")))
    found = by_name(list(examine(tmp_path)))
    assert (found["settings.toml"].state, found["settings.toml"].remedy) == ("fail", "请修改")
    assert found["检查本身"].state == "fail"
    assert "图用字体" in found


def test_settings_that_cannot_be_read_stop_no_other_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text("[run", "utf-8")
    monkeypatch.setenv("LUXIANTU_SETTINGS", str(tmp_path / "settings.toml"))
    found = by_name(list(examine(tmp_path / "out")))
    assert found["settings.toml"].state == "fail"
    assert (found["计算方式"].state, found["分片目录"].state, found["时钟"].state) == ("warn", "warn", "ok")
    assert "检查本身" not in found


def test_a_server_that_hangs_holds_it_up_for_no_longer_than_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hanging() -> Check:
        time.sleep(20)
        return Check(name="模型", state="ok", detail="")

    monkeypatch.setattr(doctor, "models", hanging)
    monkeypatch.setattr(doctor, "SECONDS", 2.0)
    began = time.monotonic()
    found = by_name(list(examine(tmp_path)))
    assert time.monotonic() - began < 6
    assert found["模型"].state == "fail" and found["模型"].remedy


def test_looking_makes_nothing(tmp_path: Path) -> None:
    list(examine(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_GB", 10**9)
    assert doctor.disk(tmp_path / "not" / "there").state == "fail"


def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    refusing = Path("/proc/self")  # takes no file, whoever asks
    if refusing.exists():
        assert doctor.writable("输出目录", refusing).state == "fail"
    assert doctor.writable("输出目录", tmp_path / "new").state == "ok"


def test_pinned_versions(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text("# note\nTorch==2.13.0+cpu ; sys_platform == 'linux'\nfoo==1.2 \\\n    --hash=sha256:ab\nbar>=3\n")
    assert pinned(tmp_path / "c.txt") == {"torch": "2.13.0+cpu", "foo": "1.2"}


def test_it_looks_where_the_schedule_writes_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from flows import cli
    from flows.settings import DEFAULT

    text = DEFAULT.read_text("utf-8").replace('out = "outputs" ', f'out = "{(tmp_path / "elsewhere").as_posix()}" ')
    (tmp_path / "settings.toml").write_text(text, "utf-8")
    monkeypatch.setenv("LUXIANTU_SETTINGS", str(tmp_path / "settings.toml"))
    monkeypatch.setattr(doctor, "models", lambda: Check(name="模型", state="ok", detail=""))
    cli.main(["doctor"])
    assert f"输出目录　{(tmp_path / 'elsewhere').resolve()}，可以写入" in capsys.readouterr().out
