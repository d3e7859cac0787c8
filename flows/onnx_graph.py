"""A BERT network as an ONNX graph whose products are int8. The only file that imports onnx (the extra `[onnx]`), needed to build it alone.

The graph reads one text. Weights have one scale a column; what they are multiplied with has one scale a token, found as the token comes:
a scale over the whole tensor, as onnxruntime's own dynamic quantisation has it, loses more and lets padding and neighbours have their say.
Before a product the columns are brought to like size, by what they reach on a few texts: s = reach^a / weight^(1-a) (Xiao et al. 2023,
SmoothQuant, eq. 4), with their middle taken away; both go into the LayerNorm before and the weights after, so they cost nothing.
"""

import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.bert_stack import fits
from nlp.passes import Ids

__all__ = ["buildable", "write_graph"]

Floats = NDArray[np.float32]
CONTRIB, OPSET, IR = "com.microsoft", 21, 10  # IR 10: read by every onnxruntime since 1.20
SMOOTHING = 0.7  # a
LEAST_GELU = 0.17  # gelu(x) > -0.17: added, its results fill an unsigned byte
WEIGHTS, WORDS = "model.safetensors", "embeddings.word_embeddings.weight"
KINDS = {"F32": "FLOAT", "F16": "FLOAT16", "BF16": "BFLOAT16"}


def buildable(network: Any, folder: Path) -> bool:
    """Whether onnx is installed, the network a plain BERT and its weights in one file."""
    return importlib.util.find_spec("onnx") is not None and fits(network) and (folder / WEIGHTS).is_file()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A tensor (t, k) as bytes with one scale a token; `shift` was added before, so that bytes start at 0."""

    name: str
    scale: str  # (t, 1)
    zero: str
    shift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Even:
    """What a LayerNorm's columns lose before a product: (x - middle) / size."""

    middle: Floats
    size: Floats


@dataclass(slots=True)
class Graph:
    """Nodes and constants in the order of their making; names are numbers."""

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def add(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, list(inputs), [f"n{len(self.nodes)}"], domain=domain, **attributes))
        return f"n{len(self.nodes) - 1}"

    def constant(self, value: Any, kind: Any = np.float32) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value, kind), f"c{len(self.constants)}"))
        return f"c{len(self.constants) - 1}"


class Layers:
    """Adds the parts of a BERT network to a graph."""

    def __init__(self, network: Any) -> None:
        self.graph, self.network = Graph(), network
        self.heads, self.epsilon = int(network.config.num_attention_heads), float(network.config.layer_norm_eps)
        add, constant = self.graph.add, self.graph.constant
        self.one, self.least, self.last, self.first = constant(1), constant(1e-12), constant([-1], np.int64), constant([0], np.int64)
        self.signed, self.unsigned = constant(128, np.uint8), constant(0, np.uint8)
        self.length = add("Shape", "ids")
        self.zeros = {zero: add("Expand", zero, self.length) for zero in (self.signed, self.unsigned)}

    def norm(self, rows: str, layer: Any, even: Even | None = None) -> str:
        scale, bias = array(layer.weight), array(layer.bias)
        if even:
            scale, bias = scale / even.size, (bias - even.middle) / even.size
        return self.graph.add("LayerNormalization", rows, self.graph.constant(scale), self.graph.constant(bias), epsilon=self.epsilon, axis=-1)

    def rows(self, name: str, *, shift: float = 0.0) -> Rows:
        add = self.graph.add
        moved = add("Add", name, self.graph.constant(shift)) if shift else name
        reach = add("ReduceMax", moved if shift else add("Abs", name), self.last, keepdims=1)
        scale = add("Mul", add("Max", reach, self.least), self.graph.constant(1 / 255 if shift else 1 / 127))
        zero = self.unsigned if shift else self.signed
        found = add("QuantizeLinear", moved, add("Reshape", scale, self.last), self.zeros[zero], axis=0)
        return Rows(name=found, scale=scale, zero=zero, shift=shift)

    def product(self, rows: Rows, layer: Any, even: Even | None = None) -> str:
        """(t, k) -> (t, n), bias included."""
        weight, bias = array(layer.weight).T, array(layer.bias)
        if even:
            weight, bias = weight * even.size[:, None], bias + even.middle @ weight
        reach = np.maximum(np.abs(weight).max(axis=0), 1e-12) / 127
        whole = np.rint(weight / reach).astype(np.int8)
        bias = bias - rows.shift * reach * whole.sum(axis=0, dtype=np.int64)
        constant, add = self.graph.constant, self.graph.add
        found = add("MatMulIntegerToFloat", rows.name, constant(whole, np.int8), self.one, constant(reach), rows.zero, domain=CONTRIB)
        return add("Add", add("Mul", found, rows.scale), constant(bias))

    def embedded(self, words: str) -> str:
        """(t, d) before the LayerNorm."""
        add, embeddings = self.graph.add, self.network.embeddings
        places = self.graph.constant(array(embeddings.position_embeddings.weight) + array(embeddings.token_type_embeddings.weight)[0])
        found = add("Cast", add("Gather", words, "ids"), to=1)
        return add("Add", found, add("Slice", places, self.first, self.length))

    def through(self, before: str, norm: Any, layer: Any, evens: Sequence[Even]) -> str:
        """What goes into the LayerNorm before a layer -> what goes into the one after it."""
        add, own, (looking, thinking) = self.graph.add, layer.attention.self, evens
        joined = self.rows(self.norm(before, norm, looking))
        parts = [add("Unsqueeze", self.product(joined, part, looking), self.first) for part in (own.query, own.key, own.value)]
        mixed = add("Squeeze", add("MultiHeadAttention", *parts, domain=CONTRIB, num_heads=self.heads), self.first)
        between = add("Add", self.product(self.rows(mixed), layer.attention.output.dense), self.norm(before, norm))
        after_attention = layer.attention.output.LayerNorm
        wide = self.product(self.rows(self.norm(between, after_attention, thinking)), layer.intermediate.dense, thinking)
        bent = self.rows(add("Gelu", wide, domain=CONTRIB), shift=LEAST_GELU)
        return add("Add", self.product(bent, layer.output.dense), self.norm(between, after_attention))


def array(tensor: Any) -> Floats:
    found: Floats = tensor.detach().float().numpy()
    return found


def write_graph(network: Any, folder: Path, name: str, *, texts: Sequence[Ids]) -> None:
    """`network` (float32, transformers) -> `folder`/`name`: token numbers (t) to last states (t, d). The table of words stays in the folder's own weights.

    `texts`: token numbers of what the columns' sizes are taken from.
    """
    from onnx import TensorProto, helper, save

    made, stack = Layers(network), network.encoder.layer
    norms = [network.embeddings.LayerNorm, *(norm for layer in stack for norm in (layer.attention.output.LayerNorm, layer.output.LayerNorm))]
    heirs = [part for layer in stack for part in ((layer.attention.self.query, layer.attention.self.key, layer.attention.self.value), (layer.intermediate.dense,))]
    evens = [even(states, heir) for states, heir in zip(states_after(network, norms[:-1], texts), heirs, strict=True)]
    rows = made.embedded("words")
    for number, layer in enumerate(stack):
        rows = made.through(rows, norms[2 * number], layer, evens[2 * number : 2 * number + 2])
    made.graph.nodes.append(helper.make_node("Identity", [made.norm(rows, norms[-1])], ["states"]))
    ends = helper.make_tensor_value_info("ids", TensorProto.INT64, ["t"]), helper.make_tensor_value_info("states", TensorProto.FLOAT, ["t", network.config.hidden_size])
    graph = helper.make_graph(made.graph.nodes, "encoder", [ends[0]], [ends[1]], [words_of(folder), *made.graph.constants])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)], ir_version=IR), folder / name)


def words_of(folder: Path) -> Any:
    """The table of words as a constant that lies in model.safetensors: a header of json after its length, then the numbers."""
    from onnx import TensorProto

    with (folder / WEIGHTS).open("rb") as file:
        start = 8 + (size := int.from_bytes(file.read(8), "little"))
        entry = json.loads(file.read(size))[WORDS]
    begin, end = entry["data_offsets"]
    words = TensorProto(name="words", data_type=TensorProto.DataType.Value(KINDS[entry["dtype"]]), dims=entry["shape"], data_location=TensorProto.EXTERNAL)
    for key, value in {"location": WEIGHTS, "offset": start + begin, "length": end - begin}.items():
        words.external_data.add(key=key, value=str(value))
    return words


def states_after(network: Any, norms: Sequence[Any], texts: Sequence[Ids]) -> list[Floats]:
    """What comes out of each LayerNorm over all tokens of the texts."""
    import torch

    seen: list[list[Floats]] = [[] for _ in norms]
    hooks = [norm.register_forward_hook(lambda _, given, states, found=found: found.append(array(states[0]))) for norm, found in zip(norms, seen, strict=True)]
    with torch.inference_mode():
        for ids in texts:
            network(input_ids=torch.tensor([list(ids)]))
    for hook in hooks:
        hook.remove()
    return [np.concatenate(found) for found in seen]


def even(states: Floats, heirs: Sequence[Any]) -> Even:
    """`heirs`: the layers that multiply these states."""
    low, high = states.min(axis=0), states.max(axis=0)
    reach = np.maximum((high - low) / 2, 1e-5)
    weight = np.maximum(np.max([np.abs(array(layer.weight)).max(axis=0) for layer in heirs], axis=0), 1e-5)
    size = reach**SMOOTHING / weight ** (1 - SMOOTHING)
    return Even(middle=(low + high) / 2, size=(size / np.exp(np.log(size).mean())).astype(np.float32))
