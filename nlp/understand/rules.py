"""Admission rules: what a notice asks, held against what a submission says. `compile_rules` -> `check` -> verdicts.

    vocabulary = load_vocabulary(Path("corpora/lexicons"))
    rules = compile_rules(notice, vocabulary=vocabulary)          # or from_toml(pack), edited by staff
    verdicts = check(case_of(submission, demand, targets=…, facets=…, projects=…), rules, vocabulary=vocabulary)
"""

from collections.abc import Iterable, Sequence

from nlp.records import Facets, Project, Rule, RuleVerdict, Target
from nlp.understand.case import Case, case_of, case_of_text
from nlp.understand.notice import compile_rules
from nlp.understand.rule_checks import CHECKS
from nlp.understand.rule_pack import from_toml, to_toml
from nlp.understand.rule_vocabulary import RuleVocabulary, load_vocabulary

__all__ = ["RULE_NAMES", "Case", "RuleVocabulary", "case_of", "case_of_text", "check", "check_text", "compile_rules", "from_toml", "load_vocabulary", "to_toml"]

RULE_NAMES = frozenset(CHECKS)


def check(case: Case, rules: Iterable[Rule], *, vocabulary: RuleVocabulary) -> tuple[RuleVerdict, ...]:
    """One verdict a rule, in the rules' order. A rule without a check of its own (of a newer pack) is unknown."""
    return tuple(_verdict(case, rule, vocabulary) for rule in rules)


def _verdict(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> RuleVerdict:
    judged = CHECKS.get(rule.rule, CHECKS["unreadable"])(case, rule, vocabulary)
    return RuleVerdict(submission_id=case.submission_id, rule=rule.rule, quote=rule.quote, verdict=judged.verdict,
                       reason=judged.reason, evidence=judged.evidence)


def check_text(record_id: str, text: str, rules: Iterable[Rule], *, vocabulary: RuleVocabulary, targets: Sequence[Target] = (),
               facets: Facets | None = None, segment: str | None = None, projects: Sequence[Project] = ()) -> tuple[RuleVerdict, ...]:
    """As `check`, for a bare text; evidence, targets and facets refer to `text` itself."""
    case = case_of_text(record_id, text, vocabulary=vocabulary, targets=targets, facets=facets, segment=segment, projects=projects)
    return check(case, rules, vocabulary=vocabulary)
