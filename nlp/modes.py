"""How a topic's project could be organised: the first rule that holds, with the values it saw; what a person chose stands."""

from collections.abc import Mapping

from nlp.organising import Condition, ModeRule
from nlp.provenance import format_value
from nlp.records import Fact, ModeSuggestion, Priority, ProjectMode

__all__ = ["suggest_mode"]


def suggest_mode(priority: Priority, facts: Mapping[str, Fact], rules: tuple[ModeRule, ...], *, overrides: Mapping[str, ProjectMode] | None = None) -> ModeSuggestion:
    """`overrides` maps a topic id to the mode a person chose; the rules' own suggestion is kept beside it."""
    values = {name: f.value for name, f in facts.items()} | {"urgency": priority.urgency}
    if priority.advantage is not None:
        values["advantage"] = priority.advantage
    rule = next(r for r in rules if all(holds(c, values) for c in r.all))
    chosen = (overrides or {}).get(priority.topic_id)
    seen = tuple(c.fact for c in rule.all)
    sources = sorted({i for n in seen if n in facts for i in facts[n].source_ids})
    return ModeSuggestion(
        topic_id=priority.topic_id, mode=chosen or rule.mode, rule=rule.rule, reason=explain(rule, values), facts=seen,
        source_ids=tuple(sources), overridden=chosen is not None and chosen != rule.mode, suggested=rule.mode)


def holds(condition: Condition, values: Mapping[str, float]) -> bool:
    value = values.get(condition.fact)
    if value is None:
        return False
    return (condition.at_least is None or value >= condition.at_least) and (condition.at_most is None or value <= condition.at_most)


def explain(rule: ModeRule, values: Mapping[str, float]) -> str:
    """力量集中于一家国内单位：国内首位申请人占比 0.62 ≥ 0.5；国内专利族 8 ≥ 4"""
    parts = []
    for c in rule.all:
        bounds = [f"≥ {format_value(c.at_least)}"] * (c.at_least is not None) + [f"≤ {format_value(c.at_most)}"] * (c.at_most is not None)
        parts.append(f"{c.name or c.fact} {format_value(values[c.fact])} {' '.join(bounds)}")
    return "：".join((rule.rule, "；".join(parts))) if parts else rule.rule
