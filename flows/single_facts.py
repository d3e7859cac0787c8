"""What demands and policies say, one stage at a time (CONTRACT: targets, facets, tasks, duplicates, rules)."""

from collections.abc import Mapping
from pathlib import Path

from flows.progress import display
from flows.settings import ROOT, read
from flows.single import read_units, write_lines
from flows.understand import LEXICONS, chain_of, encoder_of
from nlp.chain import classify
from nlp.records import RuleVerdict, Target, Unit

__all__ = ["duplicates", "facets", "rules", "targets", "tasks"]

MODELS = ROOT / "models"


def found_targets(units: list[Unit]) -> dict[str, list[Target]]:
    from nlp.understand.targets import find_targets, load_target_vocabulary

    vocabulary = load_target_vocabulary(LEXICONS)
    return {u.unit_id: find_targets(u.unit_id, u.text, vocabulary=vocabulary) for u in units}


def target_row(t: Target) -> dict[str, object]:
    value = [t.low, t.high] if t.operator == "range" else t.low
    return {"name": t.name, "operator": t.operator, "value": value, "unit": t.unit, "condition": t.condition, "start": t.start, "end": t.end}


def targets(source: Path, target: Path) -> None:
    found = found_targets(read_units(source))
    write_lines(({"id": unit_id, "targets": [target_row(t) for t in rows]} for unit_id, rows in found.items()), target)


def facets(source: Path, target: Path) -> None:
    from nlp.understand.facets import find_facets_in_text, load_facet_vocabulary
    from nlp.understand.pii import find_pii
    from nlp.understand.pii_words import load_pii_words

    units, words = read_units(source), load_pii_words(LEXICONS / "pii.toml")
    vocabulary, by_unit = load_facet_vocabulary(LEXICONS / "facets.toml", MODELS / "clarity"), found_targets(units)

    def row(u: Unit) -> dict[str, object]:
        f = find_facets_in_text(u.unit_id, u.text, targets=by_unit[u.unit_id], vocabulary=vocabulary)
        return {"id": u.unit_id, "clarity": f.clarity, "n_demands": len(f.parts), "foreign_dependence": f.foreign_dependence,
                "budget_wan": f.budget_wan, "fiscal_wan": f.fiscal_wan, "period_years": f.period_years,
                "pii": [{"kind": m.kind, "start": m.start, "end": m.end} for m in find_pii(u.unit_id, u.text, words)],
                "reasons": list(f.reasons), "trl_now": f.trl_now, "trl_after": f.trl_after, "cooperation": f.cooperation,
                "vendors": list(f.vendors), "countries": list(f.countries)}

    write_lines((row(u) for u in units), target)


def tasks(source: Path, target: Path) -> None:
    from nlp.understand.policy_tasks import find_tasks_in, load_task_weights
    from nlp.understand.policy_words import load_policy_words

    words = load_policy_words(LEXICONS / "policy_tasks.toml")
    weights = load_task_weights(MODELS / "policy-tasks", words)
    texts = {u.unit_id: u.text for u in read_units(source)}
    with display.stage("识别政策任务", "tasks"):
        found = find_tasks_in(texts, words=words, weights=weights, encoder=encoder_of(read()))
    write_lines(({"id": unit_id, "tasks": [{"start": t.start, "end": t.end, "kind": t.kind} for t in rows]} for unit_id, rows in found.items()), target)


def duplicates(source: Path, target: Path) -> None:
    from flows.facts import load_finder
    from nlp.understand.duplicates import TitledText

    texts = [TitledText(ident=u.unit_id, title=title, text=rest) for u in read_units(source) for title, _, rest in [u.text.partition("\n")]]
    with display.stage("查找重复", "duplicates"):
        pairs = load_finder().find(texts)
    write_lines(({"a": p.a, "b": p.b, "label": p.label, "score": p.score, "differences": list(p.differences)} for p in pairs), target)


def rules(source: Path, notice: Path, target: Path) -> None:
    from flows.intake import read_rules
    from nlp.understand.facets import find_facets_in_text, load_facet_vocabulary
    from nlp.understand.rules import check_text, load_vocabulary

    units, pack, vocabulary, chain = read_units(source), read_rules(notice, ()), load_vocabulary(LEXICONS), chain_of(read().run.chain)
    by_unit, facet_words = found_targets(units), load_facet_vocabulary(LEXICONS / "facets.toml", MODELS / "clarity")
    rows = []
    for u in units:
        said = find_facets_in_text(u.unit_id, u.text, targets=by_unit[u.unit_id], vocabulary=facet_words)
        verdicts = check_text(u.unit_id, u.text, pack, vocabulary=vocabulary, targets=by_unit[u.unit_id], facets=said,
                              segment=classify(u.unit_id, u.text, chain=chain).segment)
        rows.append({"id": u.unit_id, "verdicts": [verdict_row(v) for v in verdicts]})
    write_lines(rows, target)


def verdict_row(v: RuleVerdict) -> Mapping[str, object]:
    evidence = [v.evidence.start, v.evidence.end] if v.evidence else None
    return {"rule": v.rule, "quote": v.quote, "verdict": v.verdict, "evidence": evidence, "reason": v.reason}
