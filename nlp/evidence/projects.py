"""Past projects that name a topic's terms, and how they ended."""

from collections.abc import Sequence

from nlp.evidence.counting import count
from nlp.evidence.rules import ProjectRules, any_word
from nlp.records import Fact, Project

__all__ = ["project_facts"]


def project_facts(topic_id: str, projects: Sequence[Project], rules: ProjectRules) -> list[Fact]:
    """`projects`, and of those with a status `projects_accepted`, `projects_stopped`, `projects_running`; `projects_上海` …"""
    facts = count(topic_id, "projects", (p.project_id for p in projects))
    ended: dict[str, list[str]] = {}
    for p in projects:
        if p.status:
            ended.setdefault(outcome(p.status, rules), []).append(p.project_id)
        ended.setdefault(p.region, []).append(p.project_id)
    return facts + [f for name, ids in sorted(ended.items()) for f in count(topic_id, f"projects_{name}", ids)]


def outcome(status: str, rules: ProjectRules) -> str:
    """未通过验收 is stopped though it holds 验收: the words of failure are asked first."""
    if any_word(rules.stopped).search(status):
        return "stopped"
    return "accepted" if any_word(rules.accepted).search(status) else "running"
