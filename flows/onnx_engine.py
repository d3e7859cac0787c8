"""onnxruntime as an engine of the sentence encoder: products in int8, for processors without bfloat16. The only file that imports it to encode.

One text a call, as long as it is, in one thread; calls run side by side. So nothing is padded, and no text can have a say in another's vector.
"""

import importlib.util
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlp.engines import EngineName, Tokens
from nlp.errors import ModelUnavailable
from nlp.passes import Flat, Ids

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["FILES", "OnnxEngine", "installed", "version"]

FILES = ("onnx-int8.onnx",)  # its table of words is model.safetensors'
QUIET = 3  # errors alone


def installed() -> bool:
    return importlib.util.find_spec("onnxruntime") is not None


def version() -> str:
    return metadata.version("onnxruntime")


class OnnxEngine:
    """The graph of flows/onnx_graph.py. Raises ModelUnavailable."""

    name: EngineName = "onnx"

    def __init__(self, folder: Path) -> None:
        if not installed():
            raise ModelUnavailable("onnxruntime", "没有安装", "请运行 python bootstrap.py，或将 [encoder] engine 改为 torch")
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as faults  # every kind is an Exception of its own

        unusable = (faults.Fail, faults.InvalidArgument, faults.InvalidGraph, faults.InvalidProtobuf, faults.NoSuchFile, faults.NotImplemented, faults.RuntimeException)
        wanted = onnxruntime.SessionOptions()
        wanted.intra_op_num_threads = wanted.inter_op_num_threads = 1
        wanted.log_severity_level = QUIET
        wanted.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC  # more would fuse Add and LayerNormalization, ten times as slow
        try:
            self.session = onnxruntime.InferenceSession(folder / FILES[0], wanted, providers=["CPUExecutionProvider"])
        except unusable as error:
            raise ModelUnavailable(folder.name, f"onnxruntime 无法载入其 {FILES[0]}", f"请运行 luxiantu models build {folder.name}") from error
        self.dimension = int(self.session.get_outputs()[0].shape[1])
        self.stack = self

    def read(self, texts: Sequence[Ids], *, longest: int, workers: int = 1) -> "Iterator[tuple[Flat, list[Tensor]]]":
        """Each text as a pass of its own, and its last hidden states (length, d)."""
        import torch

        with ThreadPoolExecutor(max(workers, 1)) as pool:
            for row, states in enumerate(pool.map(self.one, texts)):
                size = (len(texts[row]),)
                yield Flat(texts=(row,), starts=(0,), lengths=size, slots=size), [torch.from_numpy(states)]

    def states(self, ids: Tokens, mask: Tokens) -> NDArray[np.float32]:
        found = np.zeros((*ids.shape, self.dimension), np.float32)
        for row, kept in enumerate(mask.astype(bool)):
            found[row, kept] = self.one(ids[row, kept].tolist())
        return found

    def one(self, ids: Ids) -> NDArray[np.float32]:
        states: NDArray[np.float32] = self.session.run(None, {"ids": np.array(ids, np.int64)})[0]
        return states
