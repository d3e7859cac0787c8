"""A BERT network in flat passes: what is row by row runs over all tokens of a pass at once, attention text by text.

Each product has one fixed shape whatever texts fill the pass, attention has one that follows from the text's own length,
and no text is padded to another's length: a text's states depend on nothing but the text, to the last bit.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlp.passes import Flat, Ids, flats

if TYPE_CHECKING:
    from torch import Tensor, dtype

__all__ = ["BertStack", "fits"]

Product = Callable[["Tensor"], "Tensor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer; its projections to query, key and value are one product."""

    joined: Product  # (t, d) -> (t, 3d)
    attended: Product
    after_attention: Product
    widened: Product  # (t, d) -> (t, 4d)
    narrowed: Product
    after_widening: Product


def fits(network: Any) -> bool:
    """Whether a transformers network is a plain BERT encoder, which is all that BertStack knows."""
    config = network.config
    plain = getattr(config, "position_embedding_type", None) in (None, "absolute") and not getattr(config, "is_decoder", False)
    return type(network).__name__ == "BertModel" and plain and config.hidden_act == "gelu"


class BertStack:
    """The layers of a transformers BertModel, in its own precision; bfloat16 weights are kept a second time, as the processor's library wants them.

    `tokens`: of a pass, at least the longest text's. `layers`: other layers of the same make on the same embeddings.
    """

    def __init__(self, network: Any, *, tokens: int, layers: Sequence[Any] | None = None) -> None:
        config = network.config
        self.heads, self.width, self.tokens = int(config.num_attention_heads), int(config.hidden_size), tokens
        self.embeddings, self.pad = network.embeddings, int(config.pad_token_id or 0)
        self.layers = [repacked(layer, tokens) for layer in (network.encoder.layer if layers is None else layers)]

    def read(self, texts: Sequence[Ids], *, longest: int, workers: int = 1) -> "Iterator[tuple[Flat, list[Tensor]]]":
        """Each pass, and the last hidden states (length, d) of its texts, in its order. The passes are the same for any number of workers,
        each of which has one thread: passes side by side scale better than threads in one. Until the last is read, torch has one thread in this process."""
        from concurrent.futures import ThreadPoolExecutor

        import torch

        passes, before = flats(texts, tokens=self.tokens, longest=longest), torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            with ThreadPoolExecutor(max(workers, 1)) as pool:
                yield from zip(passes, pool.map(lambda flat: self.states([texts[row] for row in flat.texts], flat), passes), strict=True)
        finally:
            torch.set_num_threads(before)

    def states(self, texts: Sequence[Ids], flat: Flat) -> "list[Tensor]":
        """The states of the texts of one pass."""
        import torch

        ids, places = torch.full((self.tokens,), self.pad), torch.zeros(self.tokens, dtype=torch.long)
        for text, start in zip(texts, flat.starts, strict=True):
            ids[start : start + len(text)] = torch.tensor(text)
            places[start : start + len(text)] = torch.arange(len(text))
        with torch.inference_mode():
            hidden = self.embeddings(input_ids=ids[None], position_ids=places[None])[0]
            masks = [mask_of(length, slot, hidden.dtype) for length, slot in zip(flat.lengths, flat.slots, strict=True)]
            for layer in self.layers:
                hidden = self.through(layer, hidden, flat, masks)
        return [hidden[start : start + length] for start, length in zip(flat.starts, flat.lengths, strict=True)]

    def through(self, layer: Layer, hidden: "Tensor", flat: Flat, masks: "Sequence[Tensor | None]") -> "Tensor":
        """(tokens, d) -> (tokens, d)."""
        from torch.nn.functional import gelu, scaled_dot_product_attention

        heads = (self.heads, self.width // self.heads)
        joined, mixed = layer.joined(hidden).view(-1, 3, *heads), hidden.new_zeros(len(hidden), *heads)
        for start, slot, mask in zip(flat.starts, flat.slots, masks, strict=True):
            query, key, value = joined[start : start + slot].permute(1, 2, 0, 3).unsqueeze(1)
            mixed[start : start + slot] = scaled_dot_product_attention(query, key, value, attn_mask=mask)[0].transpose(0, 1)
        hidden = layer.after_attention(layer.attended(mixed.view(-1, self.width)).add_(hidden))
        return layer.after_widening(layer.narrowed(gelu(layer.widened(hidden))).add_(hidden))


def mask_of(length: int, slot: int, precision: "dtype") -> "Tensor | None":
    """What is added to the scores, so that places past the text's end are not looked at; None when there are none."""
    import torch

    if length == slot:
        return None
    mask = torch.zeros(1, 1, 1, slot, dtype=precision)
    mask[..., length:] = -math.inf
    return mask


def repacked(layer: Any, tokens: int) -> Layer:
    import torch

    own, out = layer.attention.self, layer.attention.output
    parts = (own.query, own.key, own.value)
    joined = product(torch.cat([part.weight for part in parts]), torch.cat([part.bias for part in parts]), tokens)
    attended, widened, narrowed = (product(part.weight, part.bias, tokens) for part in (out.dense, layer.intermediate.dense, layer.output.dense))
    return Layer(joined=joined, attended=attended, after_attention=out.LayerNorm, widened=widened, narrowed=narrowed, after_widening=layer.output.LayerNorm)


def product(weight: "Tensor", bias: "Tensor", tokens: int) -> Product:
    """x -> x W' + b. bfloat16 weights are laid out for oneDNN once; torch.nn.Linear does so at every call."""
    import torch
    from torch.nn.functional import linear

    weight, bias, kernels = weight.detach(), bias.detach(), torch.ops.mkldnn
    known = hasattr(kernels, "_linear_pointwise") and hasattr(kernels, "_reorder_linear_weight")  # both are torch's own, and no promise of its
    if weight.dtype != torch.bfloat16 or not known or not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return lambda rows: linear(rows, weight, bias)
    laid = kernels._reorder_linear_weight(weight, tokens)
    return lambda rows: kernels._linear_pointwise(rows, laid, bias, "none", [], "")
