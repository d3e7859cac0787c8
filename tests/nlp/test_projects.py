import pytest

from nlp.projects import related_projects
from nlp.records import Project, Topic

TOPIC = Topic(topic_id="t", segment="materials", label="", terms=("ArF光刻胶", "光敏树脂", "胶"), n_demands=0, n_clauses=0, n_patents=0, regions=(), stability=None)


@pytest.mark.parametrize(
    ("title", "text", "related"),
    [
        ("arf 光刻胶中试", "", True),  # one term in the title, whatever its case and spaces
        ("新材料项目", "研究ArF光刻胶和光敏树脂", True),
        ("新材料项目", "研究ArF光刻胶", False),  # a single mention in passing
        ("胶水项目", "胶", False),  # too short a term to mean anything
    ],
)
def test_related_projects(title: str, text: str, related: bool) -> None:
    project = Project(project_id="p", title=title, organisation=None, region="上海", year=None, status=None, text=text, source_file="f", source_location="l")
    assert related_projects([TOPIC], [project]) == {"t": [project] if related else []}
