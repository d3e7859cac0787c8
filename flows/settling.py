"""Before anything is analysed: personal data masked, and only the version that stands counted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from flows.facts import load_finder, load_masker
from flows.loaded import LEXICONS
from nlp.records import Demand, Policy, Rejected, Submission, SubmittedField
from nlp.understand import resubmissions, versions

__all__ = ["current_demands", "current_policies", "masked_demands", "masked_fields", "replaced"]

R = TypeVar("R")


def masked_demands(demands: Mapping[str, Demand]) -> dict[str, Demand]:
    """Phones, addresses, identity numbers and contact names in free text become ＊, character for character."""
    hide = load_masker()
    return {key: replace(d, title=hide(d.title), text=hide(d.text)) for key, d in demands.items()}


def masked_fields(fields: list[SubmittedField]) -> list[SubmittedField]:
    hide = load_masker()
    return [replace(f, text=hide(f.text)) for f in fields]


def current_demands(demands: Mapping[str, Demand], submissions: Mapping[str, Submission]) -> dict[str, Demand]:
    """Versions numbered, `superseded_by` set on what the same organisation sent again."""
    ordered = [demands[key] for key in sorted(demands)]
    linked = resubmissions.link_versions(ordered, list(submissions.values()), load_finder())
    return {d.demand_id: d for d in linked.demands}


def current_policies(policies: Mapping[str, Policy]) -> dict[str, Policy]:
    """`superseded_by` set on drafts that a later version of the same document replaces."""
    words = versions.load_version_words(LEXICONS / "policy_versions.toml")
    links = versions.link_versions([policies[key] for key in sorted(policies)], words)
    later = {link.policy_id: link.superseded_by for link in links}
    return {key: replace(p, superseded_by=later.get(key)) for key, p in policies.items()}


def replaced(demands: Mapping[str, Demand], policies: Mapping[str, Policy]) -> list[Rejected]:
    """One line for each record that a later version stands for: kept in the tables, counted in no topic."""
    remedy = "无需处理；如两者并非同一份，请修改标题或单位后重新放入"
    old = [Rejected(source=d.source_file, location=d.source_location, reason=f"需求《{d.title}》已由后来的版本 {d.superseded_by} 取代", remedy=remedy)
           for d in demands.values() if d.superseded_by]
    return old + [Rejected(source=p.source_file, location=None, reason=f"政策《{p.title}》已由后来的版本《{policies[p.superseded_by].title}》取代，其条款不计入", remedy=remedy)
                  for p in policies.values() if p.superseded_by]
