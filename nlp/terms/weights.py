"""The committed files of the two tiers: safetensors and json, read back to the same numbers everywhere."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embed import Precision, TransformerEncoder
from nlp.errors import ModelUnavailable
from nlp.terms.background import load_background
from nlp.terms.judge import Judge, Memory
from nlp.terms.lexicon import Lexicon
from nlp.terms.spans import SpanReader
from nlp.terms.tagger import TermTagger
from nlp.terms.trees import Trees

__all__ = ["NAME", "load_judge", "load_tagger", "save_judge", "save_tagger"]

NAME = "term-tagger"
WEIGHTS, JUDGE, BACKGROUND, SETTINGS = "model.safetensors", "judge.safetensors", "background.safetensors", "tagger.json"
REMEDY = "请从版本库恢复 models/term-tagger，或运行 luxiantu models build term-tagger"
TREE_PARTS = ("feature", "threshold", "left", "right", "value", "roots")


def save_tagger(tagger: TermTagger, folder: Path) -> None:
    """Top layers and head in float16."""
    from safetensors.torch import save_file

    named = {"top": tagger.top, "head": tagger.head}
    tensors = {f"{part}.{name}": value.half().contiguous() for part, module in named.items() for name, value in module.state_dict().items()}
    save_file(tensors, folder / WEIGHTS)


def load_tagger(encoder: Path, folder: Path, lexicon: Lexicon, *, dtype: Precision = "auto", threads: int = 1) -> TermTagger:
    """The weights of `folder` on top of the encoder in `encoder`. Raises ModelUnavailable."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    reader = SpanReader(lexicon, load_background(folder / BACKGROUND))
    network = TransformerEncoder(encoder, dtype=dtype, threads=1)  # texts side by side scale better than threads in one
    try:
        weights = load_file(folder / WEIGHTS)
        n_layers = len({name.split(".")[2] for name in weights if name.startswith("top.layers.")})
        tagger = TermTagger(network, reader, n_layers=n_layers, workers=threads)
        for part, module in (("top.", tagger.top), ("head.", tagger.head)):
            module.load_state_dict({name.removeprefix(part): value for name, value in weights.items() if name.startswith(part)})
    except (OSError, KeyError, IndexError, RuntimeError, SafetensorError) as error:
        raise damaged(WEIGHTS, error) from error
    return tagger


def save_judge(judge: Judge, folder: Path) -> None:
    from safetensors.numpy import save_file

    keys = sorted(judge.memory.counts)
    arrays: dict[str, NDArray[np.generic]] = {name: getattr(judge.trees, name) for name in TREE_PARTS}
    arrays["keys"] = np.array(keys, np.uint32)
    arrays["counts"] = np.array([judge.memory.counts[key] for key in keys], np.uint32).reshape(-1, 2)
    save_file(arrays, folder / JUDGE)
    settings = {"thresholds": judge.thresholds, "depth": judge.trees.depth, "baseline": judge.trees.baseline}
    (folder / SETTINGS).write_text(json.dumps(settings, indent=1) + "\n", "utf-8")


def load_judge(folder: Path) -> Judge:
    """Raises ModelUnavailable."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        arrays: Mapping[str, NDArray[Any]] = load_file(folder / JUDGE)
        settings = json.loads((folder / SETTINGS).read_text("utf-8"))
        counts = dict(zip(arrays["keys"].tolist(), map(tuple, arrays["counts"].tolist()), strict=True))
        trees = Trees(**{name: arrays[name] for name in TREE_PARTS}, depth=settings["depth"], baseline=settings["baseline"])
        return Judge(trees=trees, memory=Memory(counts), thresholds=tuple(settings["thresholds"]))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise damaged(JUDGE, error) from error


def damaged(file: str, error: Exception) -> ModelUnavailable:
    return ModelUnavailable(NAME, f"文件 {file} 无法载入（{type(error).__name__}）", REMEDY)
