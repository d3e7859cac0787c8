"""Which engine computes the sentence encoder on this machine: tried when the model is built, noted in build.json, read afterwards."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from flows import onnx_engine, openvino_engine
from flows.onnx_engine import OnnxEngine
from flows.onnx_graph import buildable, write_graph
from flows.openvino_engine import OpenVinoEngine
from flows.store import digest
from nlp.embed import Precision, TransformerEncoder, Vectors, chosen_precision, load_network
from nlp.engines import Engine, EngineChoice, EngineName
from nlp.errors import InvalidSetting, ModelUnavailable

__all__ = ["Trial", "engine_name", "engine_of", "engine_stamp", "fastest", "noted", "try_engines"]

NOTE = "build.json"
FILES: Mapping[EngineName, tuple[str, ...]] = {"openvino": openvino_engine.FILES, "onnx": onnx_engine.FILES}
IN_A_TEXT, ROUNDS = 5, 3
LEAST_COSINE: Mapping[EngineName, float] = {"torch": 0.9999, "openvino": 0.9999, "onnx": 0.9995}  # int8 cannot be as near; docs/adr/0021 says what it costs
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
    """The part of build.json that concerns engines: the trials, the chosen engine, the hashes of the engines' files.

    Writes OpenVINO's two files and the int8 graph to `folder` where what that needs is installed. Speeds are taken in turns, so that a busy machine slows all alike.
    """
    texts = trial_texts()
    exact = TransformerEncoder(folder, dtype="float32", threads=threads)
    exact.stack = None  # what all are measured by is transformers' own reading
    write_files(exact, folder, texts)
    candidates = {name: TransformerEncoder(folder, threads=threads, engine=engine) for name, engine in engines_in(folder, threads).items()}
    wanted = exact.encode(texts)
    cosines = {name: least_cosine(encoder.encode(texts), wanted) for name, encoder in candidates.items()}
    seconds = {name: float("inf") for name in candidates}
    for _ in range(ROUNDS):
        seconds = {name: min(seconds[name], seconds_of(encoder, texts)) for name, encoder in candidates.items()}
    trials = [Trial(engine=encoder.engine.name, texts_a_second=round(len(texts) / seconds[name], 1), cosine=round(cosines[name], 6))
              for name, encoder in candidates.items()]
    files = {name: digest(folder / name) for names in FILES.values() for name in names if (folder / name).is_file()}
    return {"engine": fastest(trials, bfloat16=chosen_precision("auto") == "bfloat16"), "trials": [asdict(trial) for trial in trials], "files": files}


def write_files(exact: TransformerEncoder, folder: Path, texts: list[str]) -> None:
    if openvino_engine.installed():
        openvino_engine.convert(load_network(folder, "float32"), folder)
    if onnx_engine.installed() and buildable(exact.network, folder):
        write_graph(exact.network, folder, onnx_engine.FILES[0], texts=[window.ids for window in exact.windows(texts, "passage: ")])


def engines_in(folder: Path, threads: int) -> dict[EngineName, Engine | None]:
    """Every engine whose files are there; None = torch."""
    found: dict[EngineName, Engine | None] = {"torch": None}
    for name, files in FILES.items():
        if all((folder / file).is_file() for file in files):
            found[name] = opened(name, folder, threads)
    return found


def opened(name: EngineName, folder: Path, threads: int, dtype: Precision = "auto") -> Engine:
    return OnnxEngine(folder) if name == "onnx" else OpenVinoEngine(folder, threads=threads, dtype=dtype)


def least_cosine(vectors: Vectors, wanted: Vectors) -> float:
    return float((vectors * wanted).sum(axis=1).min())


def seconds_of(encoder: TransformerEncoder, texts: list[str]) -> float:
    started = perf_counter()
    encoder.encode(texts)
    return perf_counter() - started


def fastest(trials: list[Trial], *, bfloat16: bool) -> EngineName:
    """The fastest of those exact enough, where it beats torch clearly; else torch. int8 is for processors without `bfloat16` alone."""
    torch = max((trial.texts_a_second for trial in trials if trial.engine == "torch"), default=0.0)
    exact = [trial for trial in trials if trial.cosine >= LEAST_COSINE[trial.engine] and not (trial.engine == "onnx" and bfloat16)]
    worth = [trial for trial in exact if trial.texts_a_second >= WORTH * torch]
    return max(worth, key=lambda trial: trial.texts_a_second).engine if worth else "torch"


def noted(folder: Path) -> Mapping[str, object]:
    """What build.json says; empty when it is missing or damaged, as for a folder that was not built here."""
    try:
        found = json.loads((folder / NOTE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def engine_name(folder: Path, choice: EngineChoice, dtype: Precision = "auto") -> EngineName:
    """`auto`: what the trial chose, where it can be imported and computes in what is asked for; else torch."""
    if choice != "auto":
        return choice
    chosen = noted(folder).get("engine")
    if chosen == "openvino" and dtype != "float32" and openvino_engine.installed():
        return "openvino"
    if chosen == "onnx" and dtype == "auto" and onnx_engine.installed() and chosen_precision(dtype) == "float32":
        return "onnx"
    return "torch"


def engine_of(folder: Path, choice: EngineChoice, dtype: Precision = "auto", *, threads: int) -> Engine | None:
    """The engine to hand to TransformerEncoder; None = torch, which loads the folder itself.

    Raises ModelUnavailable when the engine's files are missing or differ from what build.json says, InvalidSetting when it cannot
    compute in what is asked for.
    """
    name = engine_name(folder, choice, dtype)
    if name == "onnx" and dtype != "auto":
        raise InvalidSetting("encoder.dtype", f"engine = \"onnx\" 只有 int8，不能按 {dtype} 计算", "请将 dtype 改为 auto，或将 engine 改为 torch、openvino")
    if name == "torch":
        return None
    for file, wanted in hashes_of(name, folder).items():
        if not wanted or not (folder / file).is_file() or digest(folder / file) != wanted:
            remedy = f"请先 pip install -e '.[{name}]'，再运行 luxiantu models build {folder.name}；或将 [encoder] engine 改为 torch"
            raise ModelUnavailable(folder.name, f"{file} 缺失或已被改动", remedy)
    return opened(name, folder, threads, dtype)


def hashes_of(name: EngineName, folder: Path) -> dict[str, object]:
    """What build.json says of an engine's files; None for one that it does not know."""
    known = noted(folder).get("files")
    return {file: known.get(file) if isinstance(known, dict) else None for file in FILES[name]}


def engine_stamp(folder: Path, choice: EngineChoice, dtype: Precision) -> str:
    """What a vector owes to its engine: name, version, files."""
    name = engine_name(folder, choice, dtype)
    homes = {"openvino": openvino_engine, "onnx": onnx_engine}
    return f"{name} {homes[name].version()} {hashes_of(name, folder)}" if name in homes and homes[name].installed() else name
