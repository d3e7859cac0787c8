"""What finds facts, terms and vectors as the settings say, and what its results rest on. Without Prefect: a worker of a cluster loads them too."""

from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Protocol

from flows.cache import fingerprint
from flows.encoder_engine import engine_of, engine_stamp
from flows.models import encoder_folder
from flows.office import find_office
from flows.settings import ROOT, EncoderSettings, TermSettings, available_cores
from flows.static_model import is_static, space_of
from nlp.embed import Encoder, TransformerEncoder, chosen_precision
from nlp.static_encoder import STATIC_FILE, StaticEncoder
from nlp.terms import Lexicon
from nlp.terms.tiers import Extractor, load_extractor
from nlp.understand.demand import DemandVocabulary, load_demand_vocabulary

__all__ = ["LEXICONS", "Chosen", "encoder_of", "encoder_stamp", "extractor_of", "read_stamp", "reading_files", "terms_stamp", "understand_stamp", "understanding_files", "vocabulary_of_demands"]

LEXICONS = ROOT / "corpora" / "lexicons"
CLARITY = ROOT / "models" / "clarity"
CUTTING = ("jieba", "rjieba", "OpenCC")  # the packages that words and their simplified forms rest on
ENCODING = ("embed.py", "engines.py", "bert_stack.py", "passes.py")  # the code that vectors rest on
READING = ("lxml", "pdfminer.six", "pdfplumber", "python-calamine", "rapidocr")  # libraries whose versions decide what is read
UNDERSTANDING = ("normalise.py", "parse/values.py", "records/understanding.py")  # what targets and facets rest on outside nlp/understand


class Chosen(Protocol):
    """The part of the settings that says which extractor and which encoder."""

    @property
    def encoder(self) -> EncoderSettings: ...
    @property
    def terms(self) -> TermSettings: ...


def extractor_of(settings: Chosen, lexicon: Lexicon) -> Extractor:
    """The term extractor of the tier that the settings name."""
    encoder = encoder_folder(space_of(settings.encoder.name), ROOT) if settings.terms.tier == "full" else Path()
    return load_extractor(settings.terms.tier, ROOT / "models", encoder, lexicon, dtype=settings.encoder.dtype,
                          threads=settings.encoder.threads or available_cores())


def encoder_of(settings: Chosen, progress: Callable[[int], None] | None = None) -> Encoder:
    """The encoder that the settings name: a folder of models/, any other folder, or a hub name."""
    chosen, folder = settings.encoder, encoder_folder(settings.encoder.name, ROOT)
    if is_static(folder):
        return StaticEncoder(folder, progress=progress)
    threads = chosen.threads or available_cores()
    engine = engine_of(folder, chosen.engine, chosen.dtype, threads=threads)
    return TransformerEncoder(folder, dtype=chosen.dtype, batch_size=chosen.batch_size, threads=threads, engine=engine, progress=progress)


def encoder_stamp(settings: Chosen) -> str:
    """What a vector rests on beside its text."""
    return stamp_of(settings.encoder, settings.encoder.name)


def stamp_of(chosen: EncoderSettings, name: str) -> str:
    folder = encoder_folder(name, ROOT)
    precision = chosen_precision(chosen.dtype)
    if is_static(folder):
        return fingerprint([folder / STATIC_FILE, ROOT / "nlp" / "static_encoder.py"], str(folder))
    return fingerprint([folder / "config.json", *folder.glob("card.toml"), *(ROOT / "nlp" / name for name in ENCODING)], str(folder), precision, metadata.version("torch"),
                       engine_stamp(folder, chosen.engine, chosen.dtype))


def terms_stamp(settings: Chosen) -> str:
    """What the mentions of a text rest on: code, lexicons, and the models of the tier."""
    code = [*(ROOT / "nlp" / "terms").glob("*.py"), ROOT / "nlp" / "normalise.py"]
    data = [p for p in LEXICONS.iterdir() if p.suffix in (".txt", ".toml")]
    cards = [ROOT / "models" / name / "card.toml" for name in ("term-tagger", "term-fast")]
    encoder = stamp_of(settings.encoder, space_of(settings.encoder.name)) if settings.terms.tier == "full" else ""
    return fingerprint([*code, *data, *cards], settings.terms.tier, encoder, *map(metadata.version, CUTTING))


def read_stamp(settings: Chosen | None = None) -> str:
    """What the reading of a file rests on beside its bytes: code, libraries, and LibreOffice with its version where it is installed."""
    office = find_office()
    about = [p for p in (Path(office).resolve().with_name(name) for name in ("versionrc", "version.ini")) if p.is_file()] if office else []
    return fingerprint([*reading_files(), *about], str(office is not None), *(metadata.version(name) for name in READING))


def reading_files() -> list[Path]:
    ours = [ROOT / "nlp" / "normalise.py", ROOT / "nlp" / "records" / "reading.py", *(ROOT / "flows" / name for name in ("reading_worker.py", "sandbox.py", "office.py"))]
    return [*(ROOT / "nlp" / "readers").glob("*.py"), *ours]


def vocabulary_of_demands() -> DemandVocabulary:
    return load_demand_vocabulary(LEXICONS, CLARITY)


def understand_stamp(settings: Chosen | None = None) -> str:
    """What the targets and facets of a demand rest on beside its title and text; no setting is among it."""
    return fingerprint(understanding_files())


def understanding_files() -> list[Path]:
    code = [*(ROOT / "nlp" / "understand").glob("*.py"), *(ROOT / "nlp" / name for name in UNDERSTANDING)]
    return [*code, *(LEXICONS / name for name in ("facets.toml", "target_cues.toml", "units.toml")), CLARITY / "card.toml", CLARITY / "weights.json"]
