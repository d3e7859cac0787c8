"""What demands say of supply from abroad, and the substitution profile that follows."""

import re
from collections.abc import Mapping

import pandas as pd

from nlp.evidence.counting import amount, count, share
from nlp.evidence.rules import Statements, SubstitutionRules, any_word
from nlp.records import Fact, SubstitutionProfile

__all__ = ["PROFILES", "profile_fact", "profile_of", "says", "statement_facts", "with_statements"]

PROFILES = (SubstitutionProfile.NO_DATA, SubstitutionProfile.REPLACEABLE, SubstitutionProfile.CONCENTRATED,
            SubstitutionProfile.SINGLE, SubstitutionProfile.CUT_OFF)  # the fact `substitution_level` is an index into it
_BEFORE, _AFTER = 6, 4  # characters in which a word takes the statement back
KINDS = ("cut_off", "risk", "single", "confidential", "rival_routes")


def says(text: str, word: re.Pattern[str], before: re.Pattern[str], after: re.Pattern[str]) -> bool:
    """Whether the text says it has happened: 已断供, but not 防止断供 and not 断供风险."""
    return any(not before.search(text[max(0, m.start() - _BEFORE) : m.start()]) and not after.search(text[m.end() : m.end() + _AFTER])
               for m in word.finditer(text))


def with_statements(rows: pd.DataFrame, words: Statements) -> pd.DataFrame:
    """Adds a column of booleans a kind of statement to the frame of demands."""
    if rows.empty:
        return rows
    texts = [f"{title}\n{text}" for title, text in zip(rows["title"], rows["text"], strict=True)]
    before, after, nothing = any_word(words.not_before), any_word(words.not_after), any_word("")
    patterns = {kind: any_word(getattr(words, kind)) for kind in KINDS}
    strict = {"cut_off", "single"}
    return rows.assign(**{
        kind: [says(t, p, before if kind in strict else nothing, after if kind in strict else nothing) for t in texts] for kind, p in patterns.items()})


def statement_facts(topic_id: str, rows: pd.DataFrame) -> list[Fact]:
    """Distinct organisations that say so, each kind; vendors named; the share of demands that state dependence."""
    if rows.empty:
        return []
    dependent = rows[rows["foreign_dependence"] == True]  # noqa: E712  # None is not False
    facts = organisations(topic_id, "dependence", dependent)
    for kind in KINDS:
        facts += organisations(topic_id, kind, rows[rows[kind]])
    judged = rows[rows["foreign_dependence"].notna()]
    facts += share(topic_id, "dependence_share", list(dependent["demand_id"]), list(judged["demand_id"]))
    named = rows[rows["vendors"].map(len) > 0]
    vendors = {vendor for listed in named["vendors"] for vendor in listed}
    return facts + (amount(topic_id, "vendors", len(vendors), named["demand_id"]) if vendors else [])


def organisations(topic_id: str, name: str, rows: pd.DataFrame) -> list[Fact]:
    return count(topic_id, name, rows[~rows["who"].duplicated()]["demand_id"]) if not rows.empty else []


def profile_of(facts: Mapping[str, Fact], rules: SubstitutionRules) -> tuple[SubstitutionProfile, tuple[str, ...]]:
    """The worst attribute that has evidence (DOMAIN 5.3, after 陈旭 et al.: monopoly, gap, hardness), and the facts that decided."""
    if "cut_off" in facts:
        return SubstitutionProfile.CUT_OFF, ("cut_off",)
    if "single" in facts:
        return SubstitutionProfile.SINGLE, ("single",)
    if "foreign_top_share" in facts and facts["foreign_top_share"].value >= rules.single_holder:
        return SubstitutionProfile.SINGLE, ("foreign_top_share",)
    if "risk" in facts:
        return SubstitutionProfile.CONCENTRATED, ("risk",)
    if "dependence" in facts and facts["dependence"].value >= rules.dependent_organisations:
        return SubstitutionProfile.CONCENTRATED, ("dependence",)
    abroad, spread = facts.get("foreign_share"), facts.get("country_hhi")
    if abroad and spread and (abroad.low or 0) >= rules.concentrated_share and spread.value >= rules.concentrated_hhi:
        return SubstitutionProfile.CONCENTRATED, ("foreign_share", "country_hhi")
    seen = tuple(n for n in ("dependence", "foreign_share") if n in facts)
    return (SubstitutionProfile.REPLACEABLE if seen else SubstitutionProfile.NO_DATA), seen


def profile_fact(topic_id: str, facts: Mapping[str, Fact], rules: SubstitutionRules) -> list[Fact]:
    """`substitution_level` 1..4 as an index into PROFILES; absent where there is no data."""
    profile, names = profile_of(facts, rules)
    level = PROFILES.index(profile)
    return amount(topic_id, "substitution_level", level, (i for n in names for i in facts[n].source_ids)) if level else []
