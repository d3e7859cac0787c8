"""The trained term tagger: the bundled encoder's frozen layers, trained top layers and the span head."""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlp.bert_stack import BertStack
from nlp.embed import TransformerEncoder
from nlp.terms.ruler import SURROGATE
from nlp.terms.spans import SpanReader, SpanTable

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

    from nlp.terms.span_network import Batch

__all__ = ["Encoded", "ScoredText", "TermTagger"]

PIECES = 510  # of one part, without the special tokens
LAST_PLACE = 3
TOKENS = 2048  # of one pass through the encoder


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredText:
    """What the network says of a text: a score for each candidate string, and how the text is written."""

    table: SpanTable
    scores: NDArray[np.float64]  # (s), log odds, before the judge
    registers: NDArray[np.float64]  # (len(REGISTERS)), sums to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """One part of a text on its way through the network."""

    start: int
    ids: tuple[int, ...]
    piece_of: NDArray[np.int64]  # character -> piece
    place: NDArray[np.int64]  # 0 first character of its piece ... 3 fourth or later
    characters: tuple[int, ...]  # vocabulary ids of the characters on their own


class TermTagger:
    """Scores every candidate string of a text. Texts are scored in an order of their own, so the caller's never matters."""

    def __init__(self, encoder: TransformerEncoder, reader: SpanReader, *, n_layers: int, workers: int = 1) -> None:
        from nlp.terms.span_network import SpanHead, TopLayers

        self.encoder, self.reader, self.workers = encoder, reader, workers
        stack = encoder.network.encoder.layer
        self.lower = stack[: len(stack) - n_layers]
        self.top = TopLayers([copy.deepcopy(layer) for layer in stack[len(stack) - n_layers :]]).eval()
        self.head = SpanHead(width=encoder.dimension).eval()
        vocabulary: dict[str, int] = encoder.tokenizer.get_vocab()
        self._vocabulary = vocabulary
        self._unknown = int(encoder.tokenizer.unk_token_id or 0)

    def restart(self) -> None:
        """The encoder's own top layers and an untrained head, as before any training."""
        from nlp.terms.span_network import SpanHead, TopLayers

        stack = self.encoder.network.encoder.layer
        self.top = TopLayers([copy.deepcopy(layer) for layer in stack[len(self.lower) :]])
        self.head = SpanHead(width=self.encoder.dimension)

    # ---- reading --------------------------------------------------------------------------

    def encode(self, table: SpanTable) -> tuple[Encoded, ...]:
        return tuple(self._encoded(table.text[start:end], start) for start, end in table.parts)

    def _encoded(self, text: str, start: int) -> Encoded:
        clean = SURROGATE.sub("\ufffd", text)  # no tokenizer takes half a character, JSON can hold one
        found = self.encoder.tokenizer(clean, return_offsets_mapping=True, truncation=True, max_length=PIECES + 2)
        piece_of, place = character_map(len(text), found["offset_mapping"])
        characters = tuple(self._character(c) for c in clean)
        return Encoded(start=start, ids=tuple(found["input_ids"]), piece_of=piece_of, place=place, characters=characters)

    def _character(self, character: str) -> int:
        known = self._vocabulary
        return known.get(character, known.get("▁" + character, self._unknown))

    def lower_states(self, parts: Sequence[Encoded]) -> list["Tensor"]:
        """What the frozen layers give for each part, (pieces, d); to be kept while training."""
        return self._states(parts, self.lower)

    def _states(self, parts: Sequence[Encoded], layers: Sequence["Module"]) -> list["Tensor"]:
        """What the layers give for each part, in order; a part's states depend on nothing but the part, to the last bit."""
        found: dict[int, Tensor] = {}
        stack = BertStack(self.encoder.network, tokens=TOKENS, layers=layers)
        for flat, states in stack.read([part.ids for part in parts], longest=PIECES + 2, workers=self.workers):
            found.update(zip(flat.texts, states, strict=True))
        return [found[row] for row in range(len(parts))]

    # ---- scoring --------------------------------------------------------------------------

    def score(self, texts: Iterable[str]) -> dict[str, ScoredText]:
        """Distinct text -> its scores, which depend on nothing but the text, to the last bit."""
        from concurrent.futures import ThreadPoolExecutor

        tables = [self.reader.read(text) for text in sorted(set(texts), key=lambda text: (len(text), text))]
        found = {table.text: nothing(table) for table in tables if not table.strings}
        tables = [table for table in tables if table.strings]
        encoded = [self.encode(table) for table in tables]
        states = iter(self._states([part for parts in encoded for part in parts], [*self.lower, *self.top.layers]))
        ready = [(table, parts, [next(states) for _ in parts]) for table, parts in zip(tables, encoded, strict=True)]
        # Everything in Python is done above: a thread that computes must not wait for one that reads.
        with ThreadPoolExecutor(self.workers) as pool:
            for text in pool.map(self._score_text, reversed(ready)):  # the longest first: no worker waits long at the end
                found[text.table.text] = text
        return found

    def _score_text(self, ready: tuple[SpanTable, Sequence[Encoded], Sequence["Tensor"]]) -> ScoredText:
        """One text at a time: what the head multiplies has a shape of the text's own."""
        import torch

        table, parts, states = ready
        with torch.inference_mode():
            return self._read_off([table], [parts], self.collate([table], [parts], states))[0]

    def scored(
        self, tables: Sequence[SpanTable], encoded: Sequence[Sequence[Encoded]], batch: "Batch"
    ) -> list[ScoredText]:
        """The scores of the texts of one batch of lower states, in their order."""
        return self._read_off(tables, encoded, batch.with_states(self.top(batch.states, batch.pieces)))

    def _read_off(
        self, tables: Sequence[SpanTable], encoded: Sequence[Sequence[Encoded]], batch: "Batch"
    ) -> list[ScoredText]:
        from nlp.terms.span_network import by_string

        spans, registers = self.head(batch)
        scores = by_string(spans, batch.spans[:, 3], batch.n_strings).double().numpy()
        shares = registers.double().softmax(-1).numpy()
        found: list[ScoredText] = []
        string = part = 0
        for table, parts in zip(tables, encoded, strict=True):
            own, mean = scores[string : string + len(table.strings)], shares[part : part + len(parts)].mean(0)
            found.append(ScoredText(table=table, scores=own, registers=mean))
            string, part = string + len(table.strings), part + len(parts)
        return found

    def collate(
        self, tables: Sequence[SpanTable], encoded: Sequence[Sequence[Encoded]], states: Sequence["Tensor"]
    ) -> "Batch":
        """Pad and join the parts of some texts."""
        import torch
        from torch.nn.utils.rnn import pad_sequence

        from nlp.terms.span_network import Batch

        parts = [part for found in encoded for part in found]
        spans, string, row = [], 0, 0
        for table, found in zip(tables, encoded, strict=True):
            moved = table.spans[:, [0, 1, 2, 3, 6, 7]].copy()
            starts = np.array([part.start for part in found])[table.spans[:, 0]]
            moved[:, 1] -= starts
            moved[:, 2] -= starts
            moved[:, 0] += row
            moved[:, 3] += string
            spans.append(moved)
            row, string = row + len(found), string + len(table.strings)
        embeddings = self.encoder.network.embeddings.word_embeddings.weight.detach()
        characters = pad_sequence([torch.tensor(part.characters, dtype=torch.long) for part in parts], batch_first=True)
        return Batch(
            states=pad_sequence(list(states), batch_first=True),
            pieces=pad_sequence([torch.ones(len(state), dtype=torch.bool) for state in states], batch_first=True),
            characters=embeddings[characters].float(),
            piece_of=pad_sequence([torch.from_numpy(part.piece_of) for part in parts], batch_first=True),
            place=pad_sequence([torch.from_numpy(part.place) for part in parts], batch_first=True),
            spans=torch.from_numpy(np.concatenate(spans)),
            tags=torch.from_numpy(np.concatenate([table.tags for table in tables])),
            numbers=torch.from_numpy(np.concatenate([table.numbers for table in tables])),
            n_strings=string,
        )


def nothing(table: SpanTable) -> ScoredText:
    """The scores of a text that has no candidates."""
    from nlp.terms.span_network import REGISTERS

    return ScoredText(table=table, scores=np.empty(0), registers=np.full(len(REGISTERS), 1 / len(REGISTERS)))


def character_map(length: int, offsets: Sequence[tuple[int, int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The piece each character is in (one that no piece covers goes to the piece before), and its place there."""
    piece_of = np.full(length, -1, np.int64)
    for piece, (start, end) in enumerate(offsets):
        inside = piece_of[start:end]
        inside[inside < 0] = piece
    place = np.zeros(length, np.int64)
    last = 1
    for index in range(length):
        last = piece_of[index] = piece_of[index] if piece_of[index] >= 0 else last
        if index and piece_of[index - 1] == last:
            place[index] = min(place[index - 1] + 1, LAST_PLACE)
    return np.minimum(piece_of, PIECES), place

