"""Units -> terms with their mentions, chain segments, vectors."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.loaded import LEXICONS, encoder_of, encoder_stamp, extractor_of, terms_stamp
from flows.progress import display
from flows.run import Run
from flows.scattering import encoded, extracted
from flows.settings import ROOT, Settings
from flows.static_model import space_of
from flows.store import SLICE, Artefact, distinct, each, load, save, write_bytes
from flows.vectors import beside, write_vectors
from nlp.chain import Chain, load_chain
from nlp.chain_head import ChainHead, judge, load_head
from nlp.chain_names import names_chain
from nlp.embed import Vectors
from nlp.errors import InvalidSetting, ModelUnavailable
from nlp.records import ChainVerdict, Count, Demand, Patent, Term, TermMention, Unit, UnitHead
from nlp.terms import load_lexicon
from nlp.terms.canonical import name_terms
from nlp.terms.new_terms import new_terms, to_toml
from nlp.terms.proposals import Proposal, propose_merges

__all__ = ["LEXICONS", "chain_of", "classify_units", "embed_units", "encoder_of", "encoder_stamp", "extractor_of", "find_terms", "head_of",
           "terms_stamp", "unit_counts", "verdicts_of"]

PROPOSED_FROM, MOST_PROPOSED = 2, 2000  # units that name a term before it is compared; terms compared


@task(name="提取术语", cache_policy=NO_CACHE, persist_result=False)
def find_terms(units: Artefact, run: Run) -> dict[str, Artefact]:
    with display.stage("提取术语", "terms"):
        lexicon = load_lexicon(LEXICONS)
        mentions = run.cache.mentions(each(Unit, units), terms_stamp(run.settings), lambda fresh: extracted(fresh, run.settings, run.cache.folder))
        names = name_terms(mentions, lexicon, ((u.unit_id, u.text) for u in each(Unit, units)))
    proposed = to_toml(new_terms(names.named(mentions), names.terms, lexicon, each(Unit, units))).encode()
    return {"new_terms.toml": write_bytes(proposed, run.work / "new_terms.toml"), "terms": save(Term, names.terms, run.data("terms")),
            "mentions": save(TermMention, names.named(mentions), run.data("mentions"))}


def chain_of(name: str) -> Chain:
    path = ROOT / "corpora" / "chains" / f"{name}.toml"
    if not path.is_file():
        known = "、".join(sorted(p.stem for p in path.parent.glob("*.toml")))
        raise InvalidSetting(name, "没有这条产业链的文件", f"可用的有：{known}；新链条请在 corpora/chains/ 下新建")
    return load_chain(path, LEXICONS)


def head_of(name: str, chain: Chain, settings: Settings) -> ChainHead | None:
    """The chain's trained head where there is one for the encoder in use; without it the rules decide alone."""
    path = ROOT / "models" / f"segments-{name}" / "weights.safetensors"
    head = load_head(path.read_bytes(), chain=chain) if path.is_file() else None
    return head if head and head.encoder == Path(space_of(settings.encoder.name)).name else None


def verdicts_of(units: Sequence[Unit], name: str, settings: Settings, vectors: Mapping[str, Vectors] | None = None) -> list[ChainVerdict]:
    """Segment of every unit in the chain of that name. Vectors that a head needs are made here unless they are given."""
    chain = chain_of(name)
    head = head_of(name, chain, settings)
    known = vectors if vectors is not None else unit_vectors(units, settings) if head else {}
    return [judge(u.unit_id, u.text, chain=chain, ipc=u.ipc, head=head, vector=known.get(u.unit_id)) for u in units]


def unit_vectors(units: Sequence[Unit], settings: Settings) -> dict[str, Vectors]:
    """None in the fast tier, nor where the encoder has not been built."""
    if settings.terms.tier == "fast":
        return {}
    with display.stage("计算句向量", "embed", total=len(units)):
        try:
            return dict(zip((u.unit_id for u in units), encoder_of(settings, display.advance).encode([u.text for u in units]), strict=True))
        except ModelUnavailable:
            return {}


@task(name="判定环节", cache_policy=NO_CACHE, persist_result=False)
def classify_units(artefacts: dict[str, Artefact], run: Run) -> dict[str, Artefact]:
    """Segment of every unit, by the vectors of `embed_units` too where it ran before; demands and patents are published with theirs."""
    with display.stage("判定产业链环节", "segments"):
        chain, segment, tally, naming = chain_of(run.chain), dict[str, str](), Counter[Standing](), 0
        head, chosen = head_of(run.chain, chain, run.settings), {d.demand_id: d.segment for d in each(Demand, artefacts["demands"]) if d.segment}

        def verdicts() -> Iterator[ChainVerdict]:
            nonlocal naming
            for u, vector in beside(each(Unit, artefacts["units"]), artefacts.get("vectors")):
                verdict = by_staff(judge(u.unit_id, u.text, chain=chain, ipc=u.ipc, head=head, vector=vector), chosen.get(u.unit_id))
                segment[u.unit_id] = verdict.segment
                tally[Standing(u.unit_kind, u.region, verdict.segment)] += 1
                naming += u.unit_kind == "clause" and verdict.segment == "none" and names_chain(u.text, chain=chain)
                yield verdict

        made = {"verdicts": save(ChainVerdict, verdicts(), run.data("verdicts"), group=SLICE)}  # the others rest on what it gathers
        demands = (replace(d, segment=segment.get(d.demand_id)) for d in each(Demand, artefacts["demands"]))
        patents = (replace(p, segment=segment[p.patent_id]) for p in each(Patent, artefacts["patents"]))
        made |= {"demands": save(Demand, demands, run.data("demands")), "patents": save(Patent, patents, run.data("patents"), group=SLICE)}
        counts = [*load(Count, artefacts["counts"]), Count(name="clause.names_chain", value=naming), *unit_counts(tally, [*(s.id for s in chain.segments), "none"])]
    return made | {"counts": save(Count, counts, run.stage("counts.parquet"))}


def by_staff(verdict: ChainVerdict, chosen: str | None) -> ChainVerdict:
    """What collection staff chose stands."""
    return verdict if chosen is None else replace(verdict, segment=chosen, score=1.0, evidence=("工作人员判定",), doubtful=False)


class Standing(NamedTuple):
    """Where a unit stands, as far as units are counted by it."""

    unit_kind: str
    region: str
    segment: str


def unit_counts(tally: Mapping[Standing, int], segments: Sequence[str]) -> list[Count]:
    """demand.in_chain, demand.outside, demand.region.上海, segment.design.units, …; a measured zero is a row."""
    delta = {"上海", "江苏", "浙江", "安徽", "未知"}
    kinds, places = sorted({s.unit_kind for s in tally}), (*sorted(delta), "其他省份")
    names = Counter({f"segment.{s}.units": 0 for s in segments} | {f"{k}.region.{p}": 0 for k in kinds for p in places}
                    | {f"{k}.{where}": 0 for k in kinds for where in ("in_chain", "outside")})
    for s, n in tally.items():
        names[f"{s.unit_kind}.{'outside' if s.segment == 'none' else 'in_chain'}"] += n
        names[f"{s.unit_kind}.region.{s.region if s.region in delta else '其他省份'}"] += n
        names[f"segment.{s.segment}.units"] += n
    return [Count(name=name, value=value) for name, value in sorted(names.items())]


@task(name="计算句向量", cache_policy=NO_CACHE, persist_result=False)
def embed_units(units: Artefact, mentions: Artefact, run: Run) -> dict[str, Artefact]:
    """Vectors of the units that name a term, and of demands and patents without one, which are marked and not clustered: most
    clauses name none, and their segment needs no vector."""
    named = distinct(mentions, "unit_id")

    def wanted(u: UnitHead) -> bool:
        return u.unit_id in named or u.unit_kind != "clause"

    ids = [u.unit_id for u in filter(wanted, each(UnitHead, units))]
    with display.stage("计算句向量", "embed", total=len(ids)):
        vectors = run.cache.vectors(filter(wanted, each(Unit, units)), encoder_stamp(run.settings), lambda fresh: encoded(fresh, run.settings, run.cache.folder))
    written = write_vectors(ids, vectors, Path(run.settings.encoder.name).name, run.stage("vectors.npz"), clustered=named)
    return {"vectors": written, "term_proposals": propose(run)}


def propose(run: Run) -> Artefact:
    """Pairs of terms that may be one, for a person to look at; nothing is merged by them."""
    terms = sorted((t for t in load(Term, run.data("terms")) if t.n_units >= PROPOSED_FROM), key=lambda t: (-t.n_units, t.term_id))[:MOST_PROPOSED]
    named = [Unit(unit_id=t.term_id, unit_kind="patent", title="", text=t.name, region="", organisation=None, source_file="术语", source_location="") for t in terms]
    vectors = run.cache.vectors(named, encoder_stamp(run.settings), lambda fresh: encoder_of(run.settings).encode(fresh))
    found = propose_merges(terms, vectors, load_lexicon(LEXICONS).variants) if len(terms) > 1 else ()
    return save(Proposal, found, run.data("term_proposals"))
