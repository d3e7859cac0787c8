"""Text -> sentence vectors. The only file that imports transformers.

`TransformerEncoder` reads a local model folder; `HashEncoder` needs no model and serves tests.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nlp.bert_stack import BertStack, fits
from nlp.engines import Engine, TorchEngine
from nlp.errors import ModelUnavailable
from nlp.passes import SLOT

if TYPE_CHECKING:
    import torch

__all__ = ["Encoder", "HashEncoder", "Precision", "Prefix", "TransformerEncoder", "Vectors", "centre", "chosen_precision", "load_network", "native_bfloat16"]

Vectors = NDArray[np.float32]
Prefix = Literal["passage: ", "query: ", ""]
Precision = Literal["auto", "bfloat16", "float32"]
Pooling = Literal["mean", "cls"]
TOKENS_A_ROW = 64  # a pass holds batch_size times as many tokens


class Encoder(Protocol):
    """Anything that turns texts into L2-normalised vectors."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str], *, prefix: Prefix = "passage: ") -> Vectors:
        """n texts -> float32 (n, dimension), each row of norm 1; no texts -> (0, dimension)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One pass through the network: a text, or a part of a text that is too long for one pass."""

    text: int  # row of the sorted distinct texts
    ids: tuple[int, ...]  # with the special tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One pass through the network: always `rows` x `length` tokens, whatever of it is padding."""

    windows: Sequence[Window]
    rows: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderHabits:
    """How a folder's authors want it used, from the files that sentence-transformers writes."""

    pooling: Pooling
    prompted: bool


class TransformerEncoder:
    """A local Hugging Face folder as an Encoder.

    A text longer than `max_tokens` is cut into windows whose vectors are averaged by token count, so no part
    is lost. Equal texts are encoded once. Every pass through the network has one of a few fixed shapes, filled
    up with padding: a text's vector depends on nothing but the text, to the last bit, whatever else is encoded
    with it and in whatever order. So vectors can be kept and reused by the text's hash.
    Sets the number of torch's threads for the whole process.

    `engine`: what computes the network; None loads the folder's own into torch, in `dtype`.
    `prompted`: whether the prefix is put before the text; None follows the folder's own declaration
    (`prompts` in config_sentence_transformers.json).
    Raises ModelUnavailable when the folder cannot be loaded.
    """

    def __init__(
        self,
        folder: Path,
        *,
        dtype: Precision = "auto",
        threads: int = 1,
        batch_size: int = 32,
        max_tokens: int = 512,
        prompted: bool | None = None,
        engine: Engine | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        import torch
        from transformers import AutoTokenizer

        if not (folder / "config.json").is_file():
            raise unavailable(folder, "目录不存在或其中没有 config.json")
        self.precision: Literal["bfloat16", "float32"] = "bfloat16" if engine else chosen_precision(dtype)
        try:
            self.tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)  # nosec B615  # a folder, nothing is fetched
            self.engine: Engine = engine or torch_engine(load_network(folder, self.precision), max(batch_size * TOKENS_A_ROW, max_tokens))
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise unavailable(folder, f"transformers 无法载入（{type(error).__name__}）") from error
        habits = folder_habits(folder)
        self.pooling, self.prompted = habits.pooling, habits.prompted if prompted is None else prompted
        self.name, self.dimension = folder.name, self.engine.dimension
        self.batch_size, self.max_tokens, self.progress, self.workers = batch_size, max_tokens, progress, max(threads, 1)
        self.stack = self.engine.stack
        torch.set_num_threads(self.workers)

    @property
    def network(self) -> Any:  # transformers' layers are not typed
        """The torch network. Raises ModelUnavailable when another engine computes."""
        if not isinstance(self.engine, TorchEngine):
            raise ModelUnavailable(self.name, f"引擎 {self.engine.name} 不提供 torch 网络", "请将 [encoder] engine 改为 torch")
        return self.engine.network

    def encode(self, texts: Sequence[str], *, prefix: Prefix = "passage: ") -> Vectors:
        """n texts -> float32 (n, dimension), norm 1; no texts -> (0, dimension)."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        copies = Counter(texts)
        distinct = sorted(copies)
        sums = np.zeros((len(distinct), self.dimension), np.float64)
        windows = self.windows(distinct, prefix if self.prompted else "")
        parts = Counter(window.text for window in windows)
        done = 0
        for passed, vectors in self.passes(windows):
            for window, vector in zip(passed, vectors, strict=True):
                sums[window.text] += vector * max(len(window.ids) - 2, 1)
                parts[window.text] -= 1
                done += copies[distinct[window.text]] if not parts[window.text] else 0
            if self.progress:
                self.progress(done)
        rows = {text: row for row, text in enumerate(distinct)}
        return normalised(sums)[[rows[text] for text in texts]]

    def passes(self, windows: Sequence[Window]) -> Iterator[tuple[Sequence[Window], NDArray[np.float32]]]:
        """The windows of each pass through the network, and their vectors before normalisation."""
        if self.stack:
            for flat, found in self.stack.read([window.ids for window in windows], longest=self.max_tokens, workers=self.workers):
                vectors = [(states[0] if self.pooling == "cls" else states.float().mean(0)).float().numpy() for states in found]
                yield [windows[row] for row in flat.texts], np.stack(vectors)
        else:
            for batch in batches(windows, self.batch_size * TOKENS_A_ROW, self.max_tokens):
                yield batch.windows, self.pooled(batch)

    def windows(self, texts: Sequence[str], prefix: str) -> list[Window]:
        """Every window of every text, shortest first; ties in the order of `texts`."""
        encoded = self.tokenizer(
            [prefix + text for text in texts],
            truncation=True,
            max_length=self.max_tokens,
            return_overflowing_tokens=True,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        sources = encoded["overflow_to_sample_mapping"]
        found = [Window(text=int(source), ids=tuple(ids)) for source, ids in zip(sources, encoded["input_ids"], strict=True)]
        return sorted(found, key=lambda window: len(window.ids))

    def pooled(self, batch: Batch) -> NDArray[np.float32]:
        """(len(batch.windows), dimension): the mean over all tokens, <s> and </s> included, or the first token's vector."""
        import torch

        ids = np.full((batch.rows, batch.length), self.tokenizer.pad_token_id or 0, np.int64)
        mask = np.zeros_like(ids)
        mask[:, 0] = 1  # a row of nothing but padding would divide by zero
        for row, window in enumerate(batch.windows):
            ids[row, : len(window.ids)] = window.ids
            mask[row, : len(window.ids)] = 1
        states = torch.from_numpy(self.engine.states(ids, mask))
        return pool(states, torch.from_numpy(mask), self.pooling).numpy()[: len(batch.windows)]


def torch_engine(network: Any, tokens: int) -> TorchEngine:
    """`tokens`: of one flat pass, where the network is one that can be run so."""
    return TorchEngine(network, int(network.config.hidden_size), stack=BertStack(network, tokens=tokens) if fits(network) else None)


def load_network(folder: Path, precision: str) -> Any:
    """transformers' network of a local folder, for inference. Raises what transformers raises."""
    import torch
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers ships it without annotations
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]  # transformers ships it without annotations  # its English hints are not for our readers
    network = AutoModel.from_pretrained(folder, local_files_only=True, dtype=getattr(torch, precision))  # nosec B615  # a folder, nothing is fetched
    return network.eval()


def pool(states: "torch.Tensor", mask: "torch.Tensor", pooling: Pooling) -> "torch.Tensor":
    if pooling == "cls":
        return states[:, 0]
    weights = mask.unsqueeze(-1).float()
    return (states * weights).sum(1) / weights.sum(1)


def batches(windows: Sequence[Window], tokens: int, longest: int) -> Iterator[Batch]:
    """Windows, shortest first, by their length rounded up to a SLOT; each length has its own fixed number of rows."""
    for length, group in groupby(windows, key=lambda window: min(longest, -len(window.ids) // SLOT * -SLOT)):
        found, rows = list(group), max(1, tokens // length)
        for start in range(0, len(found), rows):
            yield Batch(windows=found[start : start + rows], rows=rows, length=length)


def unavailable(folder: Path, reason: str) -> ModelUnavailable:
    return ModelUnavailable(
        folder.name, reason, f"请运行 luxiantu models build {folder.name}，或在 settings.toml 中改用其他本地模型目录"
    )


def folder_habits(folder: Path) -> FolderHabits:
    """Missing files mean mean pooling and no prompts."""
    pooling, prompts = (
        json.loads(path.read_text("utf-8")) if path.is_file() else {}
        for path in (folder / "1_Pooling" / "config.json", folder / "config_sentence_transformers.json")
    )
    first = pooling.get("pooling_mode_cls_token") or pooling.get("pooling_mode") == "cls"
    return FolderHabits(pooling="cls" if first else "mean", prompted=any((prompts.get("prompts") or {}).values()))


def chosen_precision(dtype: Precision) -> Literal["bfloat16", "float32"]:
    if dtype == "auto":
        return "bfloat16" if native_bfloat16() else "float32"
    return dtype


def native_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 in hardware: its flags say so, and a small product comes out right.

    torch emulates bfloat16 on any CPU, several times slower than float32: hence the flags.
    """
    import torch

    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    if not any(capabilities.get(flag) for flag in ("amx_bf16", "avx512_bf16", "bf16")):
        return False
    square = torch.linspace(-1, 1, 64 * 64).reshape(64, 64)
    try:
        product = (square.bfloat16() @ square.bfloat16()).float()
    except RuntimeError:
        return False
    return bool(torch.allclose(product, square @ square, atol=0.2, rtol=0.05))


# ---- vectors ------------------------------------------------------------------------------


def normalised(vectors: NDArray[np.floating]) -> Vectors:
    """Each row divided by its L2 norm; a zero row stays zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(norms > 0, norms, 1)).astype(np.float32)


def centre(vectors: Vectors) -> Vectors:
    """(n, d) -> (n, d): the mean of the non-zero rows is taken away and every row is brought back to norm 1.

    Raw e5 cosines all lie in 0.8-0.99; without the common direction they spread out. With fewer than two
    non-zero rows there is nothing common to take away and the rows are returned as they are. Zero rows,
    and rows equal to the mean, are zero. Summed in fixed point, so that row order cannot change the result.
    """
    filled = np.abs(vectors).max(axis=1, initial=0) > 0
    if filled.sum() < 2:
        return vectors.copy()
    scale = 2.0**40
    total = np.rint(vectors[filled].astype(np.float64) * scale).astype(np.int64).sum(axis=0)
    moved = np.where(filled[:, None], vectors - total / (scale * filled.sum()), 0)
    moved[np.abs(moved).max(axis=1) < 1e-7] = 0  # rounding noise, not a direction
    return normalised(moved)


class HashEncoder:
    """Character 1- to 3-grams hashed into 256 signed dimensions: no model, no torch, always the same.

    For tests and for machines without a model. It sees shared characters, not meaning; the prefix is ignored.
    """

    name = "hash-256"
    dimension = 256

    def encode(self, texts: Sequence[str], *, prefix: Prefix = "passage: ") -> Vectors:
        """n texts -> float32 (n, 256), norm 1 (an empty text gives a zero row); no texts -> (0, 256)."""
        vectors = np.zeros((len(texts), self.dimension), np.float64)
        for row, text in enumerate(texts):
            for gram, count in grams(text).items():
                code = crc32(gram.encode())
                vectors[row, code % self.dimension] += np.sqrt(count) * (1 if code >> 31 else -1)
        return normalised(vectors)


def grams(text: str) -> Counter[str]:
    return Counter(text[start : start + size] for size in (1, 2, 3) for start in range(len(text) - size + 1))
