"""What demands say: targets, facets, repeated demands; and the masking of what identifies a person."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.loaded import LEXICONS, understand_stamp
from flows.progress import display
from flows.run import Run
from flows.scattering import understood
from flows.store import Artefact, load, save
from nlp.records import Demand, Duplicate, Facets, Project, Target
from nlp.understand.duplicates import DuplicateFinder, find_duplicates

__all__ = ["Hide", "load_finder", "load_masker", "understand_demands"]

Hide = Callable[[str], str]


@task(name="理解需求", cache_policy=NO_CACHE, persist_result=False)
def understand_demands(found: dict[str, Artefact], run: Run) -> dict[str, Artefact]:
    """Targets and facets of every demand; pairs of demands, and of demands with past projects, that say the same."""
    demands = load(Demand, found["demands"])
    with display.stage("理解需求", "understand", total=len(demands)):
        said = run.cache.understood(demands, understand_stamp(), lambda fresh: understood(fresh, run.settings, run.cache.folder))
        known = [with_facets(d, u) for d, u in zip(demands, said, strict=True)]
    with display.stage("查找重复需求", "duplicates"):
        pairs = find_pairs(known, load(Project, found["projects"]))
    return {"demands": save(Demand, known, run.data("demands")), "targets": save(Target, chain.from_iterable(u.targets for u in said), run.data("targets")),
            "facets": save(Facets, said, run.data("facets")), "duplicates": save(Duplicate, pairs, run.data("duplicates"))}


def with_facets(d: Demand, f: Facets) -> Demand:
    """What a form's own fields say wins over what was found in its text."""
    return replace(
        d, clarity=f.clarity, foreign_dependence=f.foreign_dependence,
        budget_wan=f.budget_wan if d.budget_wan is None else d.budget_wan, fiscal_wan=f.fiscal_wan if d.fiscal_wan is None else d.fiscal_wan,
        period_years=f.period_years if d.period_years is None else d.period_years)


def load_finder() -> DuplicateFinder:
    from nlp.terms import load_lexicon
    from nlp.understand.wordlists import load_duplicate_words

    lexicon = load_lexicon(LEXICONS)
    return DuplicateFinder(lexicon, load_duplicate_words(LEXICONS / "duplicates.toml", lexicon))


def find_pairs(demands: Sequence[Demand], projects: Sequence[Project]) -> list[Duplicate]:
    return find_duplicates(demands, projects=projects, finder=load_finder())


def load_masker() -> Hide:
    """A function that masks what identifies a person, character for character, so that offsets hold."""
    from nlp.understand.pii import find_pii, mask
    from nlp.understand.pii_words import load_pii_words

    words = load_pii_words(LEXICONS / "pii.toml")
    return lambda text: mask(text, find_pii("", text, words))
