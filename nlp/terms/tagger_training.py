"""Training of the term tagger's network."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING

import numpy as np

from nlp.terms.span_network import REGISTERS, SpanHead, TopLayers, by_string
from nlp.terms.spans import SpanTable
from nlp.terms.tagger import Encoded, ScoredText, TermTagger

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Example", "Labelled", "Recipe", "fold_of", "prepare", "score_examples", "train"]

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    text_id: str
    register: str
    text: str
    terms: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    epochs: int = 5
    texts_a_step: int = 8
    rate: float = 1.5e-4  # of the top layers
    head_rate: float = 1.5e-3
    decay: float = 0.01
    average: float = 0.99  # of the running mean of the weights, which is what is kept
    seed: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A labelled text with what the frozen layers give for it, computed once."""

    labelled: Labelled
    table: SpanTable
    encoded: tuple[Encoded, ...]
    states: tuple["Tensor", ...]

    @property
    def targets(self) -> list[float]:
        return [float(string in self.labelled.terms) for string in self.table.strings]


def fold_of(text_id: str, n_folds: int = 3) -> int:
    """A text is always in the same fold, whatever other texts there are."""
    return int(md5(text_id.encode(), usedforsecurity=False).hexdigest(), 16) % n_folds


def prepare(tagger: TermTagger, texts: Sequence[Labelled]) -> list[Example]:
    """Texts without candidates are left out."""
    tables = [tagger.reader.read(labelled.text) for labelled in texts]
    encoded = [tagger.encode(table) for table in tables]
    order = sorted(
        ((row, part) for row, parts in enumerate(encoded) for part in range(len(parts))),
        key=lambda place: (len(encoded[place[0]][place[1]].ids), place),
    )
    states = tagger.lower_states([encoded[row][part] for row, part in order])
    found = {place: state.clone() for place, state in zip(order, states, strict=True)}
    return [
        Example(labelled=text, table=table, encoded=parts, states=tuple(found[row, part] for part in range(len(parts))))
        for row, (text, table, parts) in enumerate(zip(texts, tables, encoded, strict=True))
        if table.strings
    ]


def train(tagger: TermTagger, examples: Sequence[Example], recipe: Recipe, report: Report = lambda line: None) -> None:
    """Train the tagger's top layers and head in place, from the encoder's own weights and a seeded new head."""
    import torch

    torch.manual_seed(recipe.seed)
    chance = np.random.default_rng(recipe.seed)
    tagger.restart()
    tagger.top, tagger.head = tagger.top.train(), tagger.head.train()
    run = Run(tagger.top, tagger.head, recipe, math.ceil(len(examples) / recipe.texts_a_step) * recipe.epochs)
    for epoch in range(recipe.epochs):
        losses = [run.step(loss(tagger, batch)) for batch in shuffled(examples, recipe.texts_a_step, chance)]
        report(f"第 {epoch + 1}/{recipe.epochs} 轮，损失 {np.mean(losses):.3f}")
    run.keep_average()
    tagger.top, tagger.head = tagger.top.eval(), tagger.head.eval()


class Run:
    """One training: float32 copies of the weights, their optimiser, and the running mean that is kept in the end."""

    def __init__(self, top: TopLayers, head: SpanHead, recipe: Recipe, n_steps: int) -> None:
        import torch

        self.live = [*top.parameters(), *head.parameters()]
        self.master = [p.detach().float().clone().requires_grad_() for p in self.live]
        self.mean = [p.detach().clone() for p in self.master]
        n_top = len(list(top.parameters()))
        self.groups = (self.master[:n_top], self.master[n_top:])
        self.rates = (recipe.rate, recipe.head_rate)
        groups = [{"params": group, "lr": rate} for group, rate in zip(self.groups, self.rates, strict=True)]
        self.optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=recipe.decay)
        self.average, self.n_steps, self.done = recipe.average, n_steps, 0

    def step(self, cost: "Tensor") -> float:
        import torch

        self.done += 1
        share = self.done / self.n_steps
        factor = min(share / 0.1, max((1 - share) / 0.9, 0.02))  # up for a tenth of the steps, then down to nothing
        for settings, rate in zip(self.optimiser.param_groups, self.rates, strict=True):
            settings["lr"] = rate * factor
        cost.backward()  # type: ignore[no-untyped-call]  # torch ships it without annotations
        for live, master in zip(self.live, self.master, strict=True):
            master.grad, live.grad = None if live.grad is None else live.grad.float(), None
        for group, limit in zip(self.groups, (1.0, 2.0), strict=True):
            torch.nn.utils.clip_grad_norm_(group, limit)
        self.optimiser.step()
        keep = min(self.average, (1 + self.done) / (10 + self.done))
        with torch.no_grad():
            for live, master, mean in zip(self.live, self.master, self.mean, strict=True):
                live.copy_(master)
                mean.lerp_(master, 1 - keep)
        return float(cost.detach())

    def keep_average(self) -> None:
        import torch

        with torch.no_grad():
            for live, mean in zip(self.live, self.mean, strict=True):
                live.copy_(mean)


def loss(tagger: TermTagger, examples: Sequence[Example]) -> "Tensor":
    """Binary cross-entropy over strings, a twentieth of its sum a text, and a little for the register."""
    import torch
    from torch.nn import functional

    batch = tagger.collate([e.table for e in examples], [e.encoded for e in examples], [s for e in examples for s in e.states])
    spans, registers = tagger.head(batch.with_states(tagger.top(batch.states, batch.pieces)))
    scores = by_string(spans, batch.spans[:, 3], batch.n_strings)
    targets = torch.tensor([target for example in examples for target in example.targets])
    wanted = torch.tensor([REGISTERS.index(e.labelled.register) for e in examples for _ in e.encoded])
    terms = functional.binary_cross_entropy_with_logits(scores, targets, reduction="sum") / len(examples) / 20
    return terms + 0.1 * functional.cross_entropy(registers, wanted)


def shuffled(examples: Sequence[Example], size: int, chance: np.random.Generator) -> list[list[Example]]:
    """Batches of texts of about the same length, in any order."""
    noisy = np.array([len(e.labelled.text) for e in examples]) + chance.normal(0, 40, len(examples))
    order = np.argsort(noisy, kind="stable")
    batches = [[examples[i] for i in order[begin : begin + size]] for begin in range(0, len(order), size)]
    return [batches[i] for i in chance.permutation(len(batches))]


def score_examples(tagger: TermTagger, examples: Sequence[Example], size: int = 16) -> list[ScoredText]:
    """The examples' scores, by the same path as TermTagger.score but with the kept states."""
    import torch

    found: dict[int, ScoredText] = {}
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].labelled.text))
    for begin in range(0, len(order), size):
        rows = order[begin : begin + size]
        tables, encoded = [examples[i].table for i in rows], [examples[i].encoded for i in rows]
        with torch.inference_mode():
            batch = tagger.collate(tables, encoded, [state for i in rows for state in examples[i].states])
            scored = tagger.scored(tables, encoded, batch)
        found.update(zip(rows, scored, strict=True))
    return [found[i] for i in range(len(examples))]

