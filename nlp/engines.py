"""What computes a sentence encoder's network: token numbers in, one state for each token out."""

from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Engine", "EngineChoice", "EngineName", "Tokens", "TorchEngine"]

Tokens = NDArray[np.int64]
EngineName = Literal["torch", "openvino"]
EngineChoice = Literal["auto", "torch", "openvino"]


class Engine(Protocol):
    """One network in memory. Equal shapes and equal rows must give equal bits, whatever stands in the other rows."""

    name: EngineName
    dimension: int

    def states(self, ids: Tokens, mask: Tokens) -> NDArray[np.float32]:
        """(rows, length) token numbers and their mask (1 = a token, 0 = padding) -> last hidden states (rows, length, dimension)."""
        ...


class TorchEngine:
    """A loaded transformers network, in whatever precision it was loaded."""

    name: EngineName = "torch"

    def __init__(self, network: Any, dimension: int) -> None:
        self.network, self.dimension = network.eval(), dimension

    def states(self, ids: Tokens, mask: Tokens) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            found = self.network(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).last_hidden_state
        states: NDArray[np.float32] = found.float().numpy()
        return states
