"""The checks on this machine, and each of them where something is wrong."""

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
    assert {"Python", "软件包", "设置", "产业链", "词表", "模型", "磁盘", "输出目录", "Prefect 目录", "图用字体"} <= set(found)


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
