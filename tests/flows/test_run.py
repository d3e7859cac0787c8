"""What tells two runs apart."""

from pathlib import Path

import pytest

from flows import run

FILES = ("nlp/a.py", "nlp/writers/roadmap.html", "nlp/writers/style.css", "nlp/writers/filter.js", "nlp/writers/fonts/characters.txt", "nlp/writers/fonts/a.ttf", "flows/b.py")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run, "ROOT", tmp_path)
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1", "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", FILES)
def test_whatever_a_draft_is_made_with_is_code(root: Path, name: str) -> None:
    before = run.code_version()
    (root / name).write_text("2", "utf-8")
    assert run.code_version() != before


@pytest.mark.parametrize("name", ["flows/settings.toml", "nlp/__pycache__/a.pyc", "nlp/.DS_Store"])
def test_settings_and_what_machines_leave_are_not(root: Path, name: str) -> None:
    before = run.code_version()
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("2", "utf-8")
    assert run.code_version() == before
