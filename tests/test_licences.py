"""No package that the program needs at run time is under GPL or AGPL; the bill of materials and docs/licences.md say what is so."""

import json
import re
import sys

import pytest

from flows.sbom import Part, bill, licence, models, packages, page
from flows.settings import ROOT

# Of two licences to choose from, the free one is taken; the texts of these metadata name both.
CHOICE = {"text-unidecode"}  # Artistic or GPL
FORBIDDEN = re.compile(r"\bA?GPL|\bAffero|\bGNU General Public", re.IGNORECASE)
LESSER = re.compile(r"LGPL|Lesser|with[ -](?:classpath|linking)[ -]exception", re.IGNORECASE)


def refused(said: str) -> bool:
    return bool(FORBIDDEN.search(LESSER.sub("", said)))


@pytest.mark.parametrize(("said", "verdict"), [("GPL-3.0-only", True), ("GNU Affero General Public License v3", True), ("MIT OR AGPL-3.0", True),
                                               ("LGPL-2.1", False), ("GNU Lesser General Public License", False), ("MIT", False)])
def test_what_is_refused(said: str, verdict: bool) -> None:
    assert refused(said) is verdict


def test_nothing_that_runs_is_under_gpl() -> None:
    found = packages()
    assert {"torch", "prefect", "pillow", "rapidocr", "python-pptx", "argon2-cffi-bindings"} <= {p.name for p in found}  # the whole closure was walked
    assert [p for p in found if refused(p.licence) and p.name not in CHOICE] == []


def test_every_part_says_what_its_licence_is() -> None:
    assert [p.name for p in (*packages(), *models()) if not p.licence] == []


def test_metadata_that_are_silent_are_completed() -> None:
    assert licence("resvg-py") == "MIT"


def test_every_model_folder_is_in_the_bill() -> None:
    assert {p.name for p in models()} == {p.parent.name for p in (ROOT / "models").glob("*/card.toml")}


def test_the_page_of_licences_is_current() -> None:
    """Another system or Python needs a few packages more or fewer; what it shares with the page must agree."""
    rows = dict(line.strip("| ").split(" | ", 1) for line in (ROOT / "docs" / "licences.md").read_text("utf-8").splitlines() if line.startswith("| "))
    said = {p.name: p.licence for p in packages()} | {p.name: f"{p.licence} | {p.origin}" for p in models()}
    assert {n: v for n, v in said.items() if n in rows} == {n: rows[n] for n in said if n in rows}
    if sys.platform == "linux" and sys.version_info[:2] == (3, 11):
        assert set(said) == set(rows) - {"软件包", "模型"}, "请运行 python bootstrap.py sbom"


def test_the_bill_is_valid_cyclonedx_and_the_same_each_time() -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    written = bill(packages(), models())
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written.replace('"type": "library"', '"type": "book"', 1)) is not None
    assert written == bill(packages(), models())


def test_a_model_is_in_the_bill_with_its_files() -> None:
    part = Part(name="m", version="1", licence="MIT", origin="甲", sha256=(("w.safetensors", "0" * 64),))
    found = json.loads(bill((), (part,)))["components"]
    assert [(c["type"], c["components"][0]["hashes"][0]["content"]) for c in found] == [("machine-learning-model", "0" * 64)]


def test_the_page_has_one_row_a_part() -> None:
    assert "| a | MIT |" in page((Part(name="a", version="2", licence="MIT"),), ()).splitlines()
