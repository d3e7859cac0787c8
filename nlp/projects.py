"""Past projects -> the topics whose terms they name."""

from collections.abc import Sequence

from nlp.normalise import key
from nlp.records import Project, Topic

__all__ = ["related_projects"]

SHORTEST = 3  # characters of a term that can tie a project to a topic


def related_projects(topics: Sequence[Topic], projects: Sequence[Project]) -> dict[str, list[Project]]:
    """Topic id -> projects that hold two of its terms, or one in the title; in the order of their ids."""
    texts = {p.project_id: (key(p.title), key(f"{p.title}\n{p.text}")) for p in projects}
    found: dict[str, list[Project]] = {}
    for topic in topics:
        terms = [key(t) for t in topic.terms if len(t) >= SHORTEST]
        found[topic.topic_id] = [p for p in sorted(projects, key=lambda p: p.project_id) if names(terms, *texts[p.project_id])]
    return found


def names(terms: Sequence[str], title: str, text: str) -> bool:
    return any(t in title for t in terms) or sum(t in text for t in terms) >= 2
