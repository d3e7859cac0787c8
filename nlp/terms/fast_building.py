"""The fast tier from the full one: labels where people gave them, the full tier's probabilities on unlabelled texts."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from nlp.terms.fast import SETTINGS, WEIGHTS
from nlp.terms.fast_training import FastExample, FastRecipe, train_fast, weights_of
from nlp.terms.judge import Judge
from nlp.terms.lexicon import Lexicon
from nlp.terms.spans import Cutter
from nlp.terms.tagger import TermTagger
from nlp.terms.tagger_training import Labelled

__all__ = ["FAST_THRESHOLD", "build_fast", "examples_of"]

FAST_THRESHOLD = 0.3  # chosen on a held-out third of the labelled texts, with a teacher that had not seen it
LABEL_WEIGHT = 1.5
LEAST = 0.02


def examples_of(
    similar: Sequence[str], labelled: Sequence[Labelled], tagger: TermTagger, judge: Judge, cutter: Cutter
) -> list[FastExample]:
    scored = list(tagger.score(similar).values())
    taught = [
        FastExample(text=s.table.text, words=s.table.words, wanted={string: p for string, p in found.items() if p > LEAST})
        for s, found in zip(scored, judge.probabilities(scored), strict=True)
    ]
    known = [
        FastExample(text=text.text, words=cutter.words(text.text), wanted=dict.fromkeys(text.terms, 1.0), weight=LABEL_WEIGHT)
        for text in labelled
    ]
    return [*known, *taught]


def build_fast(
    folder: Path, similar: Sequence[str], labelled: Sequence[Labelled], tagger: TermTagger, judge: Judge, lexicon: Lexicon,
    report: Callable[[str], None] = lambda line: None,
) -> None:  # fmt: skip
    """Write model.safetensors (float16) and fast.json into `folder`."""
    from safetensors.numpy import save_file

    examples = examples_of(similar, labelled, tagger, judge, Cutter(lexicon))
    network = train_fast(examples, frozenset(lexicon.terms), FastRecipe(), report)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: values.astype(np.float16) for name, values in weights_of(network).items()}, folder / WEIGHTS)
    settings = {"slope": 1.0, "bias": 0.0, "threshold": FAST_THRESHOLD}
    (folder / SETTINGS).write_text(json.dumps(settings, indent=1) + "\n", "utf-8")
