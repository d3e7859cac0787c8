"""OpenVINO (the extra `[openvino]`) as an engine of the sentence encoder. The only file that imports it; its telemetry stays shut."""

import importlib.util
import sys
import warnings
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embed import Precision
from nlp.engines import EngineName, Tokens
from nlp.errors import ModelUnavailable

__all__ = ["FILES", "OpenVinoEngine", "convert", "installed", "version"]

FILES = ("openvino.xml", "openvino.bin")
SHAPES = "5000"  # compiled shapes kept: more than there are


def installed() -> bool:
    return importlib.util.find_spec("openvino") is not None


def version() -> str:
    return metadata.version("openvino")


def silent_openvino() -> Any:
    """The package, with `openvino_telemetry` marked as not importable: it would report every import over the network."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # None is how Python marks a module as absent
    import openvino

    return openvino


def convert(network: Any, folder: Path) -> None:
    """Write `network` (float32, transformers) to `folder` as OpenVINO's two files, weights in float16, any batch and length."""
    import torch

    class LastStates(torch.nn.Module):
        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            states: torch.Tensor = network(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return states

    traced = LastStates().eval()
    traced.network = network  # its parameters belong to what is traced
    ids = torch.arange(2 * 32).reshape(2, 32) % 5 + 5
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of constants; the trial of the result is what counts
        graph = silent_openvino().convert_model(traced, example_input={"input_ids": ids, "attention_mask": torch.ones_like(ids)})
    silent_openvino().save_model(graph, folder / FILES[0], compress_to_fp16=True)


class OpenVinoEngine:
    """The two files of `convert`, computed in float32 where that is asked for, else in bfloat16 where the processor has it. Raises ModelUnavailable."""

    name: EngineName = "openvino"
    stack = None

    def __init__(self, folder: Path, *, threads: int, dtype: Precision = "auto") -> None:
        if not installed():
            raise ModelUnavailable("openvino", "没有安装", "请运行 pip install -e '.[openvino]'，或将 [encoder] engine 改为 torch")
        precision = "f32" if dtype == "float32" else "bf16"
        wanted = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": max(threads, 1), "NUM_STREAMS": 1, "CPU_RUNTIME_CACHE_CAPACITY": SHAPES}
        try:
            compiled = silent_openvino().Core().compile_model(folder / FILES[0], "CPU", wanted)
        except RuntimeError as error:
            raise ModelUnavailable(folder.name, "OpenVINO 无法载入其 openvino.xml", f"请运行 luxiantu models build {folder.name}") from error
        self.request = compiled.create_infer_request()
        self.dimension = int(compiled.output(0).get_partial_shape()[2].get_length())

    def states(self, ids: Tokens, mask: Tokens) -> NDArray[np.float32]:
        self.request.infer({0: ids, 1: mask})
        return np.array(self.request.get_output_tensor(0).data, np.float32)
