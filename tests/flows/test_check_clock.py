"""A clock that is behind what was already done, one that is absurd, and a zone that is not the schedule's."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows.check_clock import clock, zone
from flows.settings import LAST_RESORT

NOW = datetime(2026, 11, 25, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def file_at(path: Path, moment: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}", "utf-8")
    os.utime(path, (moment.timestamp(), moment.timestamp()))


@pytest.mark.parametrize("year", [1970, 2024, 2101])
def test_an_absurd_year(tmp_path: Path, year: int) -> None:
    found = clock(tmp_path, [], NOW.replace(year=year))
    assert found.state == "fail" and str(year) in found.detail and "校准" in found.remedy


def test_a_clock_before_the_newest_published_run(tmp_path: Path) -> None:
    file_at(tmp_path / "20261120-020000-000" / "manifest.json", NOW - timedelta(days=5))
    file_at(tmp_path / "20261126-020000-000" / "manifest.json", NOW + timedelta(hours=17))
    found = clock(tmp_path, [], NOW)
    assert found.state == "fail" and "20261126-020000-000" in found.detail


def test_a_clock_before_the_newest_file_of_an_inbox(tmp_path: Path) -> None:
    file_at(tmp_path / "inbox" / "a" / "旧.docx", NOW - timedelta(days=5))
    file_at(tmp_path / "inbox" / "a" / "新.docx", NOW + timedelta(days=1))
    file_at(tmp_path / "inbox" / ".hidden", NOW + timedelta(days=9))
    found = clock(tmp_path / "out", [tmp_path / "not there", tmp_path / "inbox"], NOW)
    assert found.state == "warn" and "新.docx" in found.detail and found.remedy


def test_a_right_clock(tmp_path: Path) -> None:
    file_at(tmp_path / "r1" / "manifest.json", NOW + timedelta(seconds=30))  # a file server's clock
    file_at(tmp_path / "inbox" / "a.docx", NOW)
    assert clock(tmp_path, [tmp_path / "inbox"], NOW).state == "ok"


@pytest.mark.parametrize(("here", "wanted", "state"), [
    ("Asia/Shanghai", "Asia/Shanghai", "ok"), ("Asia/Singapore", "Asia/Shanghai", "ok"), ("UTC", "Asia/Shanghai", "warn"), ("UTC", "Asia/Nowhere", "fail"), ("UTC", "../x", "fail")])
def test_the_zone_of_the_schedule(here: str, wanted: str, state: str) -> None:
    found = zone(replace(LAST_RESORT, timezone=wanted), NOW.astimezone(ZoneInfo(here)))
    assert found.state == state and (state == "ok") == (not found.remedy) and wanted in found.detail
