"""The network of the term tagger: trained top layers of the encoder, characters, and a score for every span.

A span's score is that of a string: all its places in a text are joined by log-sum-exp, because a term is
listed once a text. Nested and overlapping terms are scored independently of each other, which BIO labels cannot do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.terms.spans import FEATURES, MAX_CHARACTERS, TAGS

__all__ = ["REGISTERS", "Batch", "SpanHead", "TopLayers", "by_string"]

REGISTERS = ("ic", "demand", "patent", "policy", "scicn")  # how a text is written; each has its own threshold
CHARACTER, PLACE, TAG, LENGTH, NUMBER = 64, 16, 12, 12, 24
INSIDE = 4  # places inside a piece that are told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """b parts of some texts, p pieces and c characters at most; n spans; s strings over all texts.

    states (b, p, d), pieces (b, p) bool, characters (b, c, d), piece_of (b, c), place (b, c),
    spans (n, 6): part, start, end, string, n words - 1, n characters; tags (n, 4); numbers (n, len(FEATURES)).
    """

    states: Tensor
    pieces: Tensor
    characters: Tensor
    piece_of: Tensor
    place: Tensor
    spans: Tensor
    tags: Tensor
    numbers: Tensor
    n_strings: int

    def with_states(self, states: Tensor) -> "Batch":
        return replace(self, states=states)


class TopLayers(nn.Module):
    """The encoder's last layers, run on what the frozen layers below give."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, states: Tensor, pieces: Tensor) -> Tensor:
        mask = (~pieces).to(states.dtype)[:, None, None, :] * -1e4
        for layer in self.layers:
            out = layer(states, mask)
            states = out[0] if isinstance(out, tuple) else out
        return states


class SpanHead(nn.Module):
    """Characters from pieces, spans from characters: edges, neighbours, mean, words, lengths, statistics."""

    def __init__(self, width: int = 384, inner: int = 160, hidden: int = 192, drop: float = 0.2) -> None:
        super().__init__()
        joined = inner + CHARACTER + PLACE
        self.piece = nn.Linear(width, inner)
        self.character = nn.Linear(width, CHARACTER)
        self.place = nn.Embedding(INSIDE, PLACE)
        self.window = nn.Conv1d(joined, inner, 3, padding=1)
        self.mix = nn.Linear(joined, inner)
        self.tag = nn.Embedding(len(TAGS) + 1, TAG)
        self.words = nn.Embedding(8, LENGTH)
        self.length = nn.Embedding(MAX_CHARACTERS + 1, LENGTH)
        self.number = nn.Linear(len(FEATURES), NUMBER)
        self.first = nn.Linear(5 * inner + 4 * TAG + 2 * LENGTH + NUMBER, hidden)
        self.second = nn.Linear(hidden, hidden // 2)
        self.out = nn.Linear(hidden // 2, 1)
        self.register = nn.Linear(width, len(REGISTERS))
        self.drop = nn.Dropout(drop)
        nn.init.constant_(self.out.bias, -3.0)  # about 1 span in 30 is a term

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Scores of the spans (n), and of the registers of each part (b, len(REGISTERS))."""
        states = batch.states.float()
        spans = self.described(self.read(states, batch), batch)
        hidden = functional.gelu(self.first(self.drop(spans)))
        hidden = functional.gelu(self.second(self.drop(hidden)))
        mask = batch.pieces.unsqueeze(-1).float()
        return self.out(hidden).squeeze(-1), self.register((states * mask).sum(1) / mask.sum(1))

    def read(self, states: Tensor, batch: Batch) -> Tensor:
        """(b, c, inner): a character has its piece's state, its own embedding and its place in the piece."""
        rows = batch.piece_of.unsqueeze(-1).expand(-1, -1, states.shape[-1])
        found = torch.gather(self.drop(states), 1, rows)
        joined = torch.cat([self.piece(found), self.character(batch.characters), self.place(batch.place)], -1)
        window = self.window(joined.transpose(1, 2)).transpose(1, 2)
        return functional.gelu(window + self.mix(joined))

    def described(self, read: Tensor, batch: Batch) -> Tensor:
        edge = read.new_zeros(read.shape[0], 1, read.shape[2])
        padded, sums = torch.cat([edge, read, edge], 1), torch.cat([edge, torch.cumsum(read, 1)], 1)
        part, start, end = batch.spans[:, 0], batch.spans[:, 1], batch.spans[:, 2]
        mean = (sums[part, end] - sums[part, start]) / (end - start).unsqueeze(-1)
        edges = [padded[part, start + 1], padded[part, end], padded[part, start], padded[part, end + 1]]
        numbers = functional.gelu(self.number(self.drop(batch.numbers)))
        words = [self.tag(batch.tags).flatten(1), self.words(batch.spans[:, 4]), self.length(batch.spans[:, 5])]
        return torch.cat([*edges, mean, *words, numbers], -1)


def by_string(scores: Tensor, strings: Tensor, n_strings: int) -> Tensor:
    """(n) span scores -> (n_strings): log-sum-exp over the places of each string."""
    highest = scores.new_full((n_strings,), -1e4).scatter_reduce(0, strings, scores.detach(), "amax")
    total = scores.new_zeros(n_strings).index_add(0, strings, torch.exp(scores - highest[strings]))
    return highest + torch.log(total + 1e-9)
