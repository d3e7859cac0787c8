"""`luxiantu models build term-tagger`: train both tiers of the term extractor, cross-validate, write weights and card."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from flows.store import digest
from flows.term_labels import TermData, read_term_data
from nlp.embed import TransformerEncoder
from nlp.terms.background import count_background, save_background
from nlp.terms.fast_building import build_fast
from nlp.terms.judge import Judge
from nlp.terms.judge_training import set_f1, train_judge
from nlp.terms.lexicon import load_lexicon
from nlp.terms.span_network import REGISTERS
from nlp.terms.spans import Cutter, SpanReader
from nlp.terms.tagger import ScoredText, TermTagger
from nlp.terms.tagger_training import Example, Labelled, Recipe, fold_of, prepare, score_examples, train
from nlp.terms.weights import BACKGROUND, NAME, save_judge, save_tagger

__all__ = ["build", "scores_text"]

Report = Callable[[str], None]
LAYERS = 5
FOLDS = 3
FAST = "term-fast"
SECTION = "\n[scores]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Set F1 by register on texts that were not trained on."""

    scores: dict[str, float]
    seconds: float


def build(
    root: Path, data: Path, report: Report = lambda line: None, *, encoder: Path, recipe: Recipe | None = None, n_layers: int = LAYERS
) -> Path:
    """Train on the labels below `data` and write models/term-tagger and models/term-fast. Raises ModelUnavailable."""
    started, recipe = monotonic(), recipe or Recipe()
    texts = read_term_data(root, data)
    report(f"标注文本 {len(texts.gold)} + 自标 {len(texts.own)} 篇，背景 {len(texts.background)} 篇")
    lexicon = load_lexicon(root / "corpora" / "lexicons")
    cutter = Cutter(lexicon)
    background = count_background(cutter.words(text) for text in texts.background)
    tagger = TermTagger(TransformerEncoder(encoder), SpanReader(lexicon, background), n_layers=n_layers)
    examples = prepare(tagger, [*texts.gold, *texts.own])
    judge, reached = judged(tagger, examples, texts, recipe, report)
    train(tagger, examples, recipe, report)
    folder = root / "models" / NAME
    part = folder.with_name(f".{NAME}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    save_background(background, part / BACKGROUND)
    save_tagger(tagger, part)
    save_judge(judge, part)
    build_fast(root / "models" / FAST, texts.similar, [*texts.gold, *texts.own], tagger, judge, lexicon, report)
    folder.mkdir(exist_ok=True)
    for path in sorted(part.iterdir()):
        path.replace(folder / path.name)
    part.rmdir()
    write_scores(folder, Reached(scores=reached, seconds=monotonic() - started))
    return folder


def judged(
    tagger: TermTagger, examples: Sequence[Example], texts: TermData, recipe: Recipe, report: Report
) -> tuple[Judge, dict[str, float]]:
    """The judge, trained on scores of taggers that had not seen the text, and its cross-validated F1 by register."""
    own = {text.text_id for text in texts.own}
    learned: list[Labelled] = []
    scored: list[ScoredText] = []
    for fold in range(FOLDS):
        held = [e for e in examples if e.labelled.text_id not in own and fold_of(e.labelled.text_id, FOLDS) == fold]
        ids = {e.labelled.text_id for e in held}
        report(f"交叉验证 {fold + 1}/{FOLDS}")
        train(tagger, [e for e in examples if e.labelled.text_id not in ids], recipe, report)
        learned += [e.labelled for e in held]
        scored += score_examples(tagger, held)
    rest = [e for e in examples if e.labelled.text_id in own]
    more = [(e.labelled, s) for e, s in zip(rest, score_examples(tagger, rest), strict=True)]
    judge, held_out = train_judge(learned, scored, more)
    reached = {}
    for register in REGISTERS:
        rows = [i for i, text in enumerate(learned) if text.register == register]
        taken = [{s: 1.0 for s, p in held_out[i].items() if p >= judge.threshold(scored[i])} for i in rows]
        reached[register] = round(set_f1([(learned[i].terms, t) for i, t in zip(rows, taken, strict=True)], 0.5), 4)
    report("交叉验证 F1：" + "，".join(f"{name} {value:.3f}" for name, value in reached.items()))
    return judge, reached


def write_scores(folder: Path, reached: Reached) -> None:
    """The card's [scores] and [files] made anew; what people wrote above stays."""
    path = folder / "card.toml"
    head = path.read_text("utf-8").partition(SECTION)[0].rstrip("\n") if path.is_file() else f'name = "{NAME}"'
    files = [f'"{file.name}" = "{digest(file)}"' for file in sorted(folder.iterdir()) if file.suffix != ".toml"]
    path.write_text("\n".join([head + "\n" + scores_text(reached), "[files]", *files, ""]), "utf-8", newline="\n")


def scores_text(reached: Reached) -> str:
    lines = [f"{register}_f1 = {value}" for register, value in reached.scores.items()]
    return "\n".join([SECTION + "  # 按篇三折交叉验证的集合 F1", *lines, f"seconds = {reached.seconds:.0f}", ""])
