"""What is demanded of a topic, parameter by parameter: today's figure, the figures demanded and by when, what patents state.

Figures of different sources are put side by side and never averaged; where demands differ, every figure says so.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nlp.records import Demand, Patent, Requirement, Target
from nlp.understand.parameter_names import ParameterNames
from nlp.understand.quantities import Quantity
from nlp.understand.target_context import features
from nlp.understand.targets import TargetVocabulary, is_baseline, name_before, score

__all__ = ["PATENTS_READ", "collect"]

PATENTS_READ = 50  # of a topic, the most central first
_HAD = frozenset({"now_clause", "past"})  # what the words around a figure that is had, not wanted, are called
_SPACE = re.compile(r"[\s·的]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parameter:
    """Figures of one topic that measure the same: one unit, names of which one ends in the other."""

    name: str
    unit: str
    names: frozenset[str]

    def fits(self, name: str | None, unit: str) -> bool:
        return bool(name) and folded(unit) == folded(self.unit) and any(alike(folded(name or ""), n) for n in self.names)


def folded(text: str) -> str:
    """For comparison only."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).lower()


def alike(a: str, b: str) -> bool:
    """光刻胶分辨率 and 分辨率: the head of a Chinese name stands at its end. One character is no name."""
    return a == b or (min(len(a), len(b)) > 1 and (a.endswith(b) or b.endswith(a)))


def collect(
    topic_id: str, demands: Sequence[Demand], targets: Mapping[str, Sequence[Target]], patents: Sequence[Patent], *,
    vocabulary: TargetVocabulary, names: ParameterNames, year: int,
) -> tuple[Requirement, ...]:
    """Of one topic. `targets` by demand id, `patents` most central first, `year` that from which stated periods run.

    A figure without a name says nothing of a parameter and is left out; so is a parameter that nobody demands.
    """
    stated = ((d, t, names.of(t.name)) for d in demands for t in targets.get(d.demand_id, ()))
    named = [(d, replace(t, name=name)) for d, t, name in stated if len(folded(name or "")) > 1]
    parameters = group(named)
    found: list[Requirement] = []
    for d, t in named:
        parameter = next(p for p in parameters if p.fits(t.name, t.unit))
        due = None if d.period_years is None else year + round(d.period_years)
        found.append(requirement(topic_id, parameter, "demanded", f"{d.title}\n{d.text}", d.demand_id, t.name or "", t.operator, t.low, t.high, t.start, t.end, due))
    for d in demands:
        found += had(topic_id, d, parameters, vocabulary)
    for p in patents[:PATENTS_READ] if parameters else ():
        found += known(topic_id, p, parameters, vocabulary)
    distinct = {r.requirement_id: r for r in found}
    return tuple(sorted(marked(list(distinct.values())), key=lambda r: (r.parameter, r.unit, r.state, r.year or 9999, r.requirement_id)))


def group(named: Iterable[tuple[Demand, Target]]) -> list[_Parameter]:
    """Parameters with the shortest of their names; the longest names are placed last, so that they find their head."""
    parameters: list[_Parameter] = []
    counted = Counter((t.name or "", t.unit) for _, t in named)
    for name, unit in sorted(counted, key=lambda pair: (len(pair[0]), pair)):
        home = next((i for i, p in enumerate(parameters) if p.fits(name, unit)), None)
        if home is None:
            parameters.append(_Parameter(name=name, unit=unit, names=frozenset({folded(name)})))
        else:
            parameters[home] = replace(parameters[home], names=parameters[home].names | {folded(name)})
    return parameters


State = Literal["today", "demanded", "known"]


def requirement(topic_id: str, parameter: _Parameter, state: State, text: str, source_id: str, name: str, operator: str, low: float | None,
                high: float | None, start: int, end: int, year: int | None) -> Requirement:
    key = "\0".join((topic_id, state, source_id, str(start), str(end)))
    kinds: Mapping[str, Literal[">=", "<=", ">", "<", "=", "~", "range"]] = {
        ">=": ">=", "<=": "<=", ">": ">", "<": "<", "=": "=", "~": "~", "range": "range"}
    return Requirement(
        requirement_id=hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()[:10], topic_id=topic_id, parameter=parameter.name,
        unit=parameter.unit, state=state, operator=kinds[operator], low=low, high=high, stated=text[start:end].strip(),
        figure=figure_of(text[start:end], name), year=year,
        source_kind="patent" if state == "known" else "demand", source_id=source_id, start=start, end=end, conflict=False)


def figure_of(stated: str, name: str) -> str:
    """The expression without the name that leads it: 的吸附力为≥40 kPa -> ≥40 kPa."""
    _, found, rest = stated.partition(name)
    return (rest if found and rest.strip() else stated).strip(" ：:为是\n")


def had(topic_id: str, demand: Demand, parameters: Sequence[_Parameter], vocabulary: TargetVocabulary) -> Iterator[Requirement]:
    """Figures that the submitter states as the present state: the A of 由A提升至B, and what stands after 目前 or 现有."""
    text = f"{demand.title}\n{demand.text}"
    quantities = vocabulary.reader.read(text)
    for i, (q, seen) in enumerate(zip(quantities, features(text, quantities, vocabulary), strict=True)):
        before = is_baseline(text, q, quantities[i + 1 : i + 2])
        if before or (seen & _HAD and score(seen, vocabulary) <= 0):
            yield from fitting(topic_id, "today", text, demand.demand_id, q, quantities[i - 1].tail if i else 0, parameters)


def known(topic_id: str, patent: Patent, parameters: Sequence[_Parameter], vocabulary: TargetVocabulary) -> Iterator[Requirement]:
    """Figures of an abstract for a parameter that somebody demands."""
    text = f"{patent.title}\n{patent.abstract}"
    quantities = vocabulary.reader.read(text)
    for i, q in enumerate(quantities):
        yield from fitting(topic_id, "known", text, patent.patent_id, q, quantities[i - 1].tail if i else 0, parameters)


def fitting(topic_id: str, state: State, text: str, source_id: str, q: Quantity, floor: int, parameters: Sequence[_Parameter]) -> Iterator[Requirement]:
    start, name = name_before(text, q, floor)
    parameter = next((p for p in parameters if p.fits(name, q.unit)), None)
    if parameter is not None:
        yield requirement(topic_id, parameter, state, text, source_id, name or "", q.operator or "=", q.low, q.high, start, max(q.end, q.tail), None)


def marked(found: Sequence[Requirement]) -> list[Requirement]:
    """Demands of one parameter that name different values, from different sources."""
    values: dict[tuple[str, str], set[tuple[str, float | None, float | None]]] = {}
    for r in found:
        if r.state == "demanded":
            values.setdefault((r.parameter, r.unit), set()).add((r.operator, r.low, r.high))
    sources = {key: {r.source_id for r in found if (r.parameter, r.unit) == key and r.state == "demanded"} for key in values}
    split = {key for key, said in values.items() if len(said) > 1 and len(sources[key]) > 1}
    return [replace(r, conflict=r.state == "demanded" and (r.parameter, r.unit) in split) for r in found]
