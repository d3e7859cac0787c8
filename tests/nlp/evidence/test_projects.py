import pytest

from nlp.evidence.projects import outcome, project_facts
from nlp.records import Project
from tests.nlp.evidence.samples import RULES


@pytest.mark.parametrize(("status", "expected"), [("已验收", "accepted"), ("未通过验收", "stopped"), ("终止", "stopped"), ("在研", "running")])
def test_outcome(status: str, expected: str) -> None:
    assert outcome(status, RULES.projects) == expected


def test_project_facts() -> None:
    rows = [Project(project_id=f"j{i}", title="", organisation=None, region=r, year=None, status=s, text="", source_file="f", source_location="l")
            for i, (r, s) in enumerate([("上海", "已验收"), ("上海", "在研"), ("江苏", None)])]
    found = {f.fact: f.value for f in project_facts("t", rows, RULES.projects)}
    assert found == {"projects": 3, "projects_accepted": 1, "projects_running": 1, "projects_上海": 2, "projects_江苏": 1}
