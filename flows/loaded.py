"""The term extractor and the encoder that the settings name, and what their results rest on. Without Prefect: a worker of a cluster loads them too."""

from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Protocol

from flows.cache import fingerprint
from flows.encoder_engine import engine_of, engine_stamp
from flows.models import encoder_folder
from flows.settings import ROOT, EncoderSettings, TermSettings, available_cores
from flows.static_model import is_static, space_of
from nlp.embed import Encoder, TransformerEncoder, chosen_precision
from nlp.static_encoder import STATIC_FILE, StaticEncoder
from nlp.terms import Lexicon
from nlp.terms.tiers import Extractor, load_extractor

__all__ = ["LEXICONS", "Chosen", "encoder_of", "encoder_stamp", "extractor_of", "terms_stamp"]

LEXICONS = ROOT / "corpora" / "lexicons"
ENCODING = ("embed.py", "engines.py", "bert_stack.py", "passes.py")  # the code that vectors rest on


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
    return fingerprint([*code, *data, *cards], settings.terms.tier, encoder)
