"""Patent families of a topic: how many, whose, how concentrated, by which routes."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from nlp.evidence.counting import DELTA, UNKNOWN, amount, count, frame, organisation_keys, share
from nlp.evidence.rules import PatentRules
from nlp.records import Fact, Patent

__all__ = ["HOME", "concentration", "families_of", "patent_facts", "patent_frame"]

HOME = "中国"


def patent_frame(patents: Sequence[Patent], homes: Mapping[str, str]) -> pd.DataFrame:
    rows = frame(patents, "patent_id", homes).drop(columns=["abstract", "title"], errors="ignore")
    if rows.empty:
        return rows
    return rows.assign(family=rows["family_id"].fillna(rows["patent_id"]), who=organisation_keys(rows["first_applicant"], [""] * len(rows)))


def families_of(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a topic and family: its first publication by year and id; what that one leaves open comes from the others."""
    if rows.empty:
        return rows
    known = rows.assign(province=rows["province"].where(rows["province"] != UNKNOWN), who=rows["who"].where(rows["who"] != ""))
    ordered = known.sort_values(["year", "patent_id"], na_position="last")
    once = ordered.groupby(["topic_id", "family"], sort=False).first().reset_index()
    place = np.where(once["country"].notna() & (once["country"] != HOME), "国外", once["province"])
    return once.assign(place=place).sort_values(["topic_id", "patent_id"], ignore_index=True)


def patent_facts(topic_id: str, rows: pd.DataFrame, once: pd.DataFrame, rules: PatentRules) -> list[Fact]:
    """`delta_share` is of families whose province is known; `delta_held_share` also counts foreign ones as not the delta's."""
    if rows.empty:
        return []
    facts = count(topic_id, "patents", rows["patent_id"]) + count(topic_id, "families", once["patent_id"])
    located, placed, held = once[once["country"].notna()], once[once["province"].notna()], once[once["place"].notna()]
    facts += share(topic_id, "foreign_share", ids(located[located["country"] != HOME]), ids(located))
    facts += share(topic_id, "delta_share", ids(placed[placed["province"].isin(DELTA)]), ids(placed))
    facts += share(topic_id, "delta_held_share", ids(held[held["place"].isin(DELTA)]), ids(held))
    for province in DELTA:
        facts += count(topic_id, f"patents_{province}", placed[placed["province"] == province]["patent_id"])
    return facts + span_facts(topic_id, rows) + holder_facts(topic_id, once, rules) + route_facts(topic_id, once, rules)


def ids(rows: pd.DataFrame) -> list[str]:
    return list(rows["patent_id"])


def span_facts(topic_id: str, rows: pd.DataFrame) -> list[Fact]:
    dated = rows[rows["year"].notna()]
    facts: list[Fact] = []
    for name, pick in (("first_year", "min"), ("last_year", "max")):
        if not dated.empty:
            year = int(dated["year"].agg(pick))
            facts += amount(topic_id, name, year, dated[dated["year"] == year]["patent_id"])
    return facts


# ---- concentration ------------------------------------------------------------------------


def concentration(counts: Sequence[int] | pd.Series) -> tuple[float, float]:
    """(HHI, CR4) of counts a holder: Σ sᵢ², 1/n..1 (Herfindahl 1950; Hirschman 1964), and the share of the four largest."""
    shares = np.sort(np.asarray(counts, dtype=float))[::-1] / max(float(np.sum(np.asarray(counts, dtype=float))), 1.0)
    return float((shares**2).sum()), float(shares[:4].sum())


def holder_facts(topic_id: str, once: pd.DataFrame, rules: PatentRules) -> list[Fact]:
    """Concentration over countries and holders, and the largest holder's share abroad (of all) and at home (of those at home)."""
    located, named = once[once["country"].notna()], once[once["who"].notna()]
    facts: list[Fact] = []
    if len(located) >= rules.fewest_families:
        facts += amount(topic_id, "country_hhi", concentration(located["country"].value_counts())[0], ids(located))
    if named.empty:
        return facts
    facts += amount(topic_id, "holders", named["who"].nunique(), ids(named))
    if len(named) >= rules.fewest_families:
        hhi, cr4 = concentration(named["who"].value_counts())
        facts += amount(topic_id, "holder_hhi", hhi, ids(named)) + amount(topic_id, "holder_cr4", cr4, ids(named))
        abroad = named[named["country"].notna() & (named["country"] != HOME)]
        facts += largest(topic_id, "foreign_top_share", abroad, named) if not abroad.empty else []
    home = named[named["country"] == HOME]
    if not home.empty:
        facts += count(topic_id, "domestic_families", ids(home)) + amount(topic_id, "domestic_holders", home["who"].nunique(), ids(home))
        facts += largest(topic_id, "domestic_top_share", home, home)
    return facts


def largest(topic_id: str, name: str, rows: pd.DataFrame, among: pd.DataFrame) -> list[Fact]:
    counts = rows["who"].value_counts()
    best = min(counts[counts == counts.max()].index)
    return share(topic_id, name, ids(rows[rows["who"] == best]), ids(among))


def route_facts(topic_id: str, once: pd.DataFrame, rules: PatentRules) -> list[Fact]:
    """`routes`: IPC main groups (H01L21/3065) with enough families, each led by another holder. Our own rule, DOMAIN gives none."""
    coded = once[once["ipc"].map(len) > 0]
    if coded.empty:
        return []
    coded = coded.assign(group=[codes[0].replace(" ", "") for codes in coded["ipc"]])
    sizes = coded["group"].value_counts()
    wide = sizes[(sizes >= rules.route_families) & (sizes >= rules.route_share * len(coded))].index
    members = {g: coded[coded["group"] == g] for g in sorted(wide)}
    leaders = {g: rows["who"].value_counts().index[0] for g, rows in members.items() if rows["who"].notna().any()}
    routes = len(set(leaders.values()))
    return amount(topic_id, "routes", routes, (i for g in leaders for i in ids(members[g]))) if routes else []
