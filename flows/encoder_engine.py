"""Which engine computes the sentence encoder on this machine: tried when the model is built, noted in build.json, read afterwards."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from time import perf_counter

from flows import openvino_engine
from flows.openvino_engine import OpenVinoEngine
from flows.store import digest
from nlp.embed import Precision, TransformerEncoder, Vectors, load_network
from nlp.engines import Engine, EngineChoice, EngineName
from nlp.errors import ModelUnavailable

__all__ = ["Trial", "engine_name", "engine_of", "engine_stamp", "fastest", "noted", "try_engines"]

NOTE = "build.json"
LEAST_COSINE, IN_A_TEXT, ROUNDS = 0.9999, 5, 3
WORTH = 1.15  # an engine this much faster than torch is worth a change; less is within what two trials differ by


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One engine on the trial's texts."""

    engine: EngineName
    texts_a_second: float  # the best of a few rounds
    cosine: float  # to torch float32, the least over the texts


def trial_texts() -> list[str]:
    sentences = tomllib.loads(Path(__file__).with_name("encoder_trial.toml").read_text("utf-8"))["sentences"]
    doubled = sentences * 2
    return ["".join(doubled[start : start + size]) for size in (IN_A_TEXT, IN_A_TEXT - 1) for start in range(len(sentences))]


def try_engines(folder: Path, *, threads: int) -> dict[str, object]:
    """The part of build.json that concerns engines: the trials, the chosen engine, the hashes of OpenVINO's files.

    Writes OpenVINO's two files to `folder` when it is installed. Speeds are taken in turns, so that a busy machine slows all alike.
    """
    texts = trial_texts()
    exact = TransformerEncoder(folder, dtype="float32", threads=threads)
    exact.stack = None  # what all are measured by is transformers' own reading
    candidates = {"torch": TransformerEncoder(folder, threads=threads)}
    if openvino_engine.installed():
        openvino_engine.convert(load_network(folder, "float32"), folder)
        candidates["openvino"] = TransformerEncoder(folder, threads=threads, engine=OpenVinoEngine(folder, threads=threads))
    wanted = exact.encode(texts)
    cosines = {name: least_cosine(encoder.encode(texts), wanted) for name, encoder in candidates.items()}
    seconds = {name: float("inf") for name in candidates}
    for _ in range(ROUNDS):
        seconds = {name: min(seconds[name], seconds_of(encoder, texts)) for name, encoder in candidates.items()}
    trials = [Trial(engine=encoder.engine.name, texts_a_second=round(len(texts) / seconds[name], 1), cosine=round(cosines[name], 6))
              for name, encoder in candidates.items()]
    files = {name: digest(folder / name) for name in openvino_engine.FILES if (folder / name).is_file()}
    return {"engine": fastest(trials), "trials": [asdict(trial) for trial in trials], "files": files}


def least_cosine(vectors: Vectors, wanted: Vectors) -> float:
    return float((vectors * wanted).sum(axis=1).min())


def seconds_of(encoder: TransformerEncoder, texts: list[str]) -> float:
    started = perf_counter()
    encoder.encode(texts)
    return perf_counter() - started


def fastest(trials: list[Trial]) -> EngineName:
    """The fastest of those exact enough, where it beats torch clearly; else torch."""
    torch = max((trial.texts_a_second for trial in trials if trial.engine == "torch"), default=0.0)
    worth = [trial for trial in trials if trial.cosine >= LEAST_COSINE and trial.texts_a_second >= WORTH * torch]
    return max(worth, key=lambda trial: trial.texts_a_second).engine if worth else "torch"


def noted(folder: Path) -> Mapping[str, object]:
    """What build.json says; empty when it is missing or damaged, as for a folder that was not built here."""
    try:
        found = json.loads((folder / NOTE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def engine_name(folder: Path, choice: EngineChoice, dtype: Precision = "auto") -> EngineName:
    """`auto`: what the trial chose, where it can be imported and no float32 is asked for; else torch."""
    if choice != "auto":
        return choice
    usable = noted(folder).get("engine") == "openvino" and dtype != "float32" and openvino_engine.installed()
    return "openvino" if usable else "torch"


def engine_of(folder: Path, choice: EngineChoice, dtype: Precision = "auto", *, threads: int) -> Engine | None:
    """The engine to hand to TransformerEncoder; None = torch, which loads the folder itself.

    Raises ModelUnavailable when OpenVINO's files are missing or differ from what build.json says.
    """
    if engine_name(folder, choice, dtype) == "torch":
        return None
    hashes = noted(folder).get("files")
    for name in openvino_engine.FILES:
        wanted = hashes.get(name) if isinstance(hashes, dict) else None
        if not wanted or not (folder / name).is_file() or digest(folder / name) != wanted:
            raise ModelUnavailable(folder.name, f"{name} 缺失或已被改动", f"请运行 luxiantu models build {folder.name}，或将 [encoder] engine 改为 torch")
    return OpenVinoEngine(folder, threads=threads)


def engine_stamp(folder: Path, choice: EngineChoice, dtype: Precision) -> str:
    """What a vector owes to its engine: name, version, files."""
    name = engine_name(folder, choice, dtype)
    return f"{name} {metadata.version(name)} {noted(folder).get('files')}" if name == "openvino" and openvino_engine.installed() else name
