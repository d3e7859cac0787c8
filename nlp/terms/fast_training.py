"""Training of the fast tier: labels of people where there are some, the tagger's probabilities elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from nlp.terms.fast_spans import CHARACTERS, COLUMNS, STRINGS, WORDS, Rows, WordTable, lay_out
from nlp.terms.segmenter import Token
from nlp.terms.span_network import by_string
from nlp.terms.spans import MAX_TOKENS, TAGS

__all__ = ["FastExample", "FastNetwork", "FastRecipe", "train_fast", "weights_of"]

SIZES = {"word": (WORDS, 24), "tag": (len(TAGS) + 1, 8), "first": (CHARACTERS, 10), "last": (CHARACTERS, 14), "shape": (10, 4), "known": (3, 2)}
HIDDEN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class FastRecipe:
    epochs: int = 8
    texts_a_step: int = 16
    rate: float = 3e-3
    drop: float = 0.15
    seed: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class FastExample:
    """A text and how sure it is, 0..1, that each of its terms is one; any other candidate is none."""

    text: str
    words: tuple[Token, ...]
    wanted: Mapping[str, float]
    weight: float = 1.0


class FastNetwork(nn.Module):
    """Words -> two windows of three words -> edges, mean, length, whole text -> one hidden layer -> score."""

    def __init__(self, drop: float = 0.0) -> None:
        super().__init__()
        for name, (rows, width) in SIZES.items():
            self.add_module(name, nn.Embedding(rows, width, padding_idx=0))
        width = sum(width for _, width in SIZES.values())
        self.near, self.far = nn.Conv1d(width, HIDDEN, 3, padding=1), nn.Conv1d(HIDDEN, HIDDEN, 3, padding=1)
        self.start, self.end, self.inside = (nn.Linear(HIDDEN, HIDDEN, bias=False) for _ in range(3))
        self.whole, self.length = nn.Linear(HIDDEN, HIDDEN), nn.Embedding(MAX_TOKENS, HIDDEN)
        self.out, self.string = nn.Linear(HIDDEN, 1), nn.Embedding(STRINGS, 1)
        self.drop = nn.Dropout(drop)
        nn.init.zeros_(self.string.weight)
        nn.init.constant_(self.out.bias, -3.0)

    def forward(self, rows: Rows) -> Tensor:
        words = torch.cat([self.get_submodule(name)(torch.from_numpy(rows.words[:, i])) for i, name in enumerate(COLUMNS)], 1)
        words = functional.relu(self.near(self.drop(words).T.unsqueeze(0)))
        words = functional.relu(self.far(self.drop(words))).squeeze(0).T
        text_of, spans = torch.from_numpy(rows.text_of), torch.from_numpy(rows.spans)
        words = self.drop(words * (text_of < rows.n_texts).unsqueeze(1))
        sums = torch.cat([words.new_zeros(1, HIDDEN), torch.cumsum(words, 0)])
        first, last = spans[:, 0], spans[:, 1]
        counts = torch.bincount(text_of, minlength=rows.n_texts + 1).clamp(min=1).unsqueeze(1)
        means = words.new_zeros(rows.n_texts + 1, HIDDEN).index_add(0, text_of, words) / counts
        hidden = self.inside((sums[last + 1] - sums[first]) / (last - first + 1).unsqueeze(1)) + self.start(words)[first]
        hidden = hidden + self.end(words)[last] + self.length(last - first) + self.whole(means)[text_of[first]]
        scores: Tensor = self.out(self.drop(functional.relu(hidden))).squeeze(1)
        remembered: Tensor = self.string(torch.from_numpy(rows.strings)).squeeze(1)
        return scores + remembered


def train_fast(
    examples: Sequence[FastExample], known: frozenset[str], recipe: FastRecipe, report: Callable[[str], None] = lambda line: None
) -> FastNetwork:
    torch.manual_seed(recipe.seed)
    chance, table, network = np.random.default_rng(recipe.seed), WordTable(known), FastNetwork(recipe.drop)
    strings = list(network.string.parameters())
    rest = [p for name, p in network.named_parameters() if not name.startswith("string.")]
    optimiser = torch.optim.AdamW([{"params": rest, "weight_decay": 0.01}, {"params": strings, "weight_decay": 0.1}], lr=recipe.rate)
    n_steps = recipe.epochs * -(-len(examples) // recipe.texts_a_step)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=n_steps, pct_start=0.15)
    for epoch in range(recipe.epochs):
        order, losses = chance.permutation(len(examples)), []
        for begin in range(0, len(order), recipe.texts_a_step):
            cost = _loss(network, [examples[i] for i in order[begin : begin + recipe.texts_a_step]], table)
            optimiser.zero_grad()
            cost.backward()  # type: ignore[no-untyped-call]  # torch ships it without annotations
            nn.utils.clip_grad_norm_(rest, 2.0)
            optimiser.step()
            schedule.step()
            losses.append(float(cost.detach()))
        report(f"快速档第 {epoch + 1}/{recipe.epochs} 轮，损失 {np.mean(losses):.3f}")
    return network.eval()


def _loss(network: FastNetwork, examples: Sequence[FastExample], table: WordTable) -> Tensor:
    rows = lay_out([example.words for example in examples], table)
    strings: dict[tuple[int, str], int] = {}
    ids = np.empty(len(rows.spans), np.int64)
    owners = rows.text_of[rows.spans[:, 0]]
    for row, (text, (start, end)) in enumerate(zip(owners.tolist(), rows.offsets.tolist(), strict=True)):
        ids[row] = strings.setdefault((text, examples[text].text[start:end]), len(strings))
    wanted = torch.tensor([examples[text].wanted.get(surface, 0.0) for text, surface in strings])
    weights = torch.tensor([examples[text].weight for text, _ in strings])
    scores = by_string(network(rows), torch.from_numpy(ids), len(strings))
    return functional.binary_cross_entropy_with_logits(scores, wanted, weights, reduction="sum") / len(examples) / 20


def weights_of(network: FastNetwork) -> dict[str, NDArray[np.float32]]:
    return {name: values.detach().numpy().copy() for name, values in network.state_dict().items()}
