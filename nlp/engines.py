"""What computes a sentence encoder's network: token numbers in, one state for each token out."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.bert_stack import BertStack
from nlp.passes import Flat, Ids

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Engine", "EngineChoice", "EngineName", "Stack", "Tokens", "TorchEngine"]

Tokens = NDArray[np.int64]
EngineName = Literal["torch", "openvino", "onnx"]
EngineChoice = Literal["auto", "torch", "openvino", "onnx"]


class Stack(Protocol):
    """Reads texts in passes of its own choosing. A text's states may rest on nothing but the text."""

    def read(self, texts: Sequence[Ids], *, longest: int, workers: int = 1) -> "Iterator[tuple[Flat, list[Tensor]]]":
        """Each pass, and the last hidden states (length, d) of its texts, in its order."""
        ...


class Engine(Protocol):
    """One network in memory. Equal shapes and equal rows must give equal bits, whatever stands in the other rows."""

    name: EngineName
    dimension: int

    @property
    def stack(self) -> Stack | None:
        """What reads in place of `states`, where there is something faster."""
        ...

    def states(self, ids: Tokens, mask: Tokens) -> NDArray[np.float32]:
        """(rows, length) token numbers and their mask (1 = a token, 0 = padding) -> last hidden states (rows, length, dimension)."""
        ...


class TorchEngine:
    """A loaded transformers network, in whatever precision it was loaded.

    `stack`: the same layers for flat passes, about 1.5 times as fast, where the network is one that it knows.
    """

    name: EngineName = "torch"

    def __init__(self, network: Any, dimension: int, *, stack: BertStack | None = None) -> None:
        self.network, self.dimension, self.stack = network.eval(), dimension, stack

    def states(self, ids: Tokens, mask: Tokens) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            found = self.network(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).last_hidden_state
        states: NDArray[np.float32] = found.float().numpy()
        return states
