"""Parsed records -> units, the texts that are searched for terms, classified and clustered."""

from collections.abc import Iterable, Iterator, Mapping

from nlp.records import Clause, Demand, Patent, Policy, Unit

__all__ = ["from_clauses", "from_demands", "from_patents"]


def titled(title: str, body: str) -> str:
    """The text that every offset of a unit refers to."""
    return f"{title}\n{body}" if title and body else title or body


def from_demands(demands: Iterable[Demand]) -> Iterator[Unit]:
    """Demands that no later version replaces."""
    for d in demands:
        if d.superseded_by is None:
            yield Unit(unit_id=d.demand_id, unit_kind="demand", title=d.title, text=titled(d.title, d.text), region=d.region,
                       organisation=d.organisation, source_file=d.source_file, source_location=d.source_location)


def from_clauses(clauses: Iterable[Clause], policies: Mapping[str, Policy]) -> Iterator[Unit]:
    """Clauses of policies that no later version replaces."""
    for c in clauses:
        policy = policies[c.policy_id]
        if policy.superseded_by is not None:
            continue
        yield Unit(unit_id=c.clause_id, unit_kind="clause", title=c.heading or "", text=titled(c.heading or "", c.text), region=policy.region,
                   organisation=policy.issuer, source_file=policy.source_file, source_location=c.source_location)


def from_patents(patents: Iterable[Patent]) -> Iterator[Unit]:
    for p in patents:
        yield Unit(unit_id=p.patent_id, unit_kind="patent", title=p.title, text=titled(p.title, p.abstract), region=p.province,
                   organisation=p.first_applicant, source_file=p.source_file, source_location=p.source_location, ipc=p.ipc)
