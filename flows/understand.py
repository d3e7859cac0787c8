"""Units -> terms with their mentions, chain segments, vectors."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.models import encoder_folder
from flows.progress import display
from flows.run import Run
from flows.settings import ROOT, Settings, available_cores
from flows.store import Artefact, digest, load, save, write_bytes
from nlp.chain import Chain, classify, load_chain
from nlp.embed import Encoder, TransformerEncoder, Vectors
from nlp.errors import InvalidSetting
from nlp.records import ChainVerdict, Count, Demand, Patent, Term, TermMention, Unit
from nlp.terms import Lexicon, load_lexicon, merge
from nlp.terms.new_terms import new_terms, to_toml
from nlp.terms.proposals import Proposal, propose_merges
from nlp.terms.tiers import Extractor, load_extractor

__all__ = ["chain_of", "classify_units", "embed_units", "encoder_of", "extractor_of", "find_terms", "read_vectors", "write_vectors"]

PROPOSED_FROM, MOST_PROPOSED = 2, 2000  # units that name a term before it is compared; terms compared
LEXICONS = ROOT / "corpora" / "lexicons"


@task(name="提取术语", cache_policy=NO_CACHE, persist_result=False)
def find_terms(units: Artefact, run: Run) -> dict[str, Artefact]:
    with display.stage("提取术语", "terms"):
        lexicon = load_lexicon(LEXICONS)
        texts = [(u.unit_id, u.text) for u in load(Unit, units)]
        table = merge(extractor_of(run.settings, lexicon).extract(texts), lexicon, texts)
    found = new_terms(table.mentions, table.terms, lexicon, load(Unit, units))
    write_bytes(to_toml(found).encode(), run.work / "new_terms.toml")
    return {"terms": save(Term, table.terms, run.data("terms")), "mentions": save(TermMention, table.mentions, run.data("mentions"))}


def extractor_of(settings: Settings, lexicon: Lexicon) -> Extractor:
    """The term extractor of the tier that the settings name."""
    encoder = encoder_folder(settings.encoder.name, ROOT) if settings.terms.tier == "full" else Path()
    return load_extractor(settings.terms.tier, ROOT / "models", encoder, lexicon, dtype=settings.encoder.dtype,
                          threads=settings.encoder.threads or available_cores())


def chain_of(name: str) -> Chain:
    path = ROOT / "corpora" / "chains" / f"{name}.toml"
    if not path.is_file():
        known = "、".join(sorted(p.stem for p in path.parent.glob("*.toml")))
        raise InvalidSetting(name, "没有这条产业链的文件", f"可用的有：{known}；新链条请在 corpora/chains/ 下新建")
    return load_chain(path, LEXICONS)


@task(name="判定环节", cache_policy=NO_CACHE, persist_result=False)
def classify_units(artefacts: dict[str, Artefact], run: Run) -> dict[str, Artefact]:
    """Segment of every unit; demands and patents are published with theirs."""
    with display.stage("判定产业链环节", "segments"):
        chain, units = chain_of(run.chain), load(Unit, artefacts["units"])
        verdicts = [classify(u.unit_id, u.text, chain=chain, ipc=u.ipc) for u in units]
        segment = {v.unit_id: v.segment for v in verdicts}
        demands = [replace(d, segment=segment.get(d.demand_id)) for d in load(Demand, artefacts["demands"])]
        patents = [replace(p, segment=segment[p.patent_id]) for p in load(Patent, artefacts["patents"])]
        counts = [*load(Count, artefacts["counts"]), *unit_counts(units, segment, [*(s.id for s in chain.segments), "none"])]
    return {"verdicts": save(ChainVerdict, verdicts, run.data("verdicts")), "demands": save(Demand, demands, run.data("demands")),
            "patents": save(Patent, patents, run.data("patents")), "counts": save(Count, counts, run.stage("counts.parquet"))}


def unit_counts(units: Sequence[Unit], segment: dict[str, str], segments: Sequence[str]) -> list[Count]:
    """demand.in_chain, demand.outside, demand.region.上海, segment.design.units, …; a measured zero is a row."""
    delta = {"上海", "江苏", "浙江", "安徽", "未知"}
    kinds, places = sorted({u.unit_kind for u in units}), (*sorted(delta), "其他省份")
    names = Counter({f"segment.{s}.units": 0 for s in segments} | {f"{k}.region.{p}": 0 for k in kinds for p in places}
                    | {f"{k}.{where}": 0 for k in kinds for where in ("in_chain", "outside")})
    for u in units:
        names[f"{u.unit_kind}.{'outside' if segment[u.unit_id] == 'none' else 'in_chain'}"] += 1
        names[f"{u.unit_kind}.region.{u.region if u.region in delta else '其他省份'}"] += 1
        names[f"segment.{segment[u.unit_id]}.units"] += 1
    return [Count(name=name, value=value) for name, value in sorted(names.items())]


def encoder_of(settings: Settings, progress: Callable[[int], None] | None = None) -> Encoder:
    """The encoder that the settings name: a folder of models/, any other folder, or a hub name."""
    chosen = settings.encoder
    return TransformerEncoder(encoder_folder(chosen.name, ROOT), dtype=chosen.dtype, batch_size=chosen.batch_size,
                              threads=chosen.threads or available_cores(), progress=progress)


@task(name="计算句向量", cache_policy=NO_CACHE, persist_result=False)
def embed_units(units: Artefact, mentions: Artefact, run: Run) -> Artefact:
    """Vectors of the units that name a term; the others are not clustered."""
    named = {m.unit_id for m in load(TermMention, mentions)}
    texts = [u for u in load(Unit, units) if u.unit_id in named]
    with display.stage("计算句向量", "embed", total=len(texts)):
        encoder = encoder_of(run.settings, display.advance)
        vectors = encoder.encode([u.text for u in texts])
    propose(encoder, run)
    return write_vectors([u.unit_id for u in texts], vectors, encoder.name, run.stage("vectors.npz"))


def propose(encoder: Encoder, run: Run) -> Artefact:
    """Pairs of terms that may be one, for a person to look at; nothing is merged by them."""
    terms = sorted((t for t in load(Term, run.data("terms")) if t.n_units >= PROPOSED_FROM), key=lambda t: (-t.n_units, t.term_id))[:MOST_PROPOSED]
    found = propose_merges(terms, encoder.encode([t.name for t in terms]), load_lexicon(LEXICONS).variants) if len(terms) > 1 else ()
    return save(Proposal, found, run.data("term_proposals"))


def write_vectors(ids: Sequence[str], vectors: Vectors, encoder: str, path: Path) -> Artefact:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        np.savez(file, ids=np.array(ids, dtype=str), vectors=vectors.astype(np.float32), model=np.array(encoder))
    part.replace(path)
    return Artefact(path=str(path), sha256=digest(path), rows=len(ids))


def read_vectors(source: Artefact) -> dict[str, Vectors]:
    with np.load(source.path, allow_pickle=False) as file:
        return dict(zip(file["ids"].tolist(), file["vectors"], strict=True))
