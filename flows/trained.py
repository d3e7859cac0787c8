"""`luxiantu models build NAME`: the converted encoder, and the small models trained on labelled texts."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from flows import keyword_model, models, segment_head, static_model, term_tagger, topic_space
from flows.settings import ROOT, available_cores, read
from flows.store import digest, write_bytes
from flows.understand import LEXICONS, encoder_of
from nlp.errors import ModelUnavailable
from nlp.static_encoder import StaticEncoder
from nlp.terms import load_lexicon
from nlp.terms.tiers import load_full

__all__ = ["TRAINED", "build"]

Report = Callable[[str], None]


def build(name: str, data: Path | None, report: Report) -> Path:
    """Make one model and return its folder. A trained one needs `data`; its committed weights work without it."""
    if name not in TRAINED:
        return models.build(name, root=ROOT, report=report)
    if data is None:
        raise ModelUnavailable(name, "重新训练需要标注数据", "随项目提供的权重可直接使用；要重训请加 --data 指明含 gold/ 与 data/ 的目录")
    folder = TRAINED[name](data, report)
    for made in {folder, *(ROOT / "models" / other for other in BUILT_WITH.get(name, ()))}:
        list_files(made)
    return folder


def list_files(folder: Path) -> None:
    """Rewrite the card's last section, [files], from the weights that lie beside it."""
    card = folder / "card.toml"
    head = card.read_text("utf-8").partition("\n[files]")[0].rstrip("\n")
    lines = [f'"{p.name}" = "{digest(p)}"' for p in sorted(folder.iterdir()) if p.suffix in (".json", ".safetensors") and p.name != "build.json"]
    write_bytes("\n".join([head, "", "[files]", *lines, ""]).encode(), card)


def build_term_tagger(data: Path, report: Report) -> Path:
    return term_tagger.build(ROOT, data, report, encoder=models.encoder_folder(read().encoder.name, ROOT))


def build_keyword_ranker(data: Path, report: Report) -> Path:
    encoder = read().encoder
    tagger = load_full(ROOT / "models", models.encoder_folder(encoder.name, ROOT), load_lexicon(LEXICONS), dtype=encoder.dtype, threads=available_cores())
    return keyword_model.build(ROOT, data, report, tagger=tagger)


def build_policy_tasks(data: Path, report: Report) -> Path:
    from nlp.understand.policy_training import build_policy_tasks, read_labelled, read_own_labels
    from nlp.understand.policy_words import load_policy_words

    own = ROOT / "corpora" / "gold"
    reports = [path.read_bytes() for path in sorted((data / "data" / "policies" / "gov_reports_2026").glob("*.csv"))]
    examples = (*read_labelled((data / "gold" / "policy_tasks.jsonl").read_bytes()), *read_labelled((own / "policy_tasks_plans.jsonl").read_bytes()),
                *read_own_labels((own / "policy_tasks_own.jsonl").read_bytes(), reports))
    report(f"标注文本 {len(examples)} 段")
    return build_policy_tasks(examples, words=load_policy_words(LEXICONS / "policy_tasks.toml"), encoder=encoder_of(read()), folder=ROOT / "models" / "policy-tasks")


def build_clarity(data: Path, report: Report) -> Path:
    from nlp.records import Span
    from nlp.understand.clarity_training import LabelledDemand, fit_clarity, weights_json
    from nlp.understand.facet_words import load_facet_words
    from nlp.understand.layout import lay_out
    from nlp.understand.targets import find_targets, load_target_vocabulary

    words, figures = load_facet_words(LEXICONS / "facets.toml"), load_target_vocabulary(LEXICONS)
    labelled = []
    for line in (data / "gold" / "demand_facets.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        text, start = f"{row['title']}\n{row['text']}", len(row["title"]) + 1
        problem = row["problem"] and Span(start=row["problem"]["start"] + start, end=row["problem"]["end"] + start)
        labelled.append(LabelledDemand(layout=lay_out(row["title"], text, start, words), problem=problem, clarity=row["clarity"],
                                       targets=tuple(find_targets(row["id"], text, vocabulary=figures))))
    report(f"标注需求 {len(labelled)} 份")
    folder = ROOT / "models" / "clarity"
    write_bytes(weights_json(fit_clarity(labelled, words)), folder / "weights.json")
    return folder


def build_topic_space(data: Path, report: Report) -> Path:
    return topic_space.build(data, report, encoder=encoder_of(read()))


def build_static(data: Path, report: Report) -> Path:
    """From the bundled encoder, whichever the settings name; then the axes of topics for vectors of this kind."""
    settings = read()
    chosen = replace(settings, encoder=replace(settings.encoder, name=models.DEFAULT))
    folder = static_model.build(data, report, encoder=encoder_of(chosen), lexicon=load_lexicon(LEXICONS))
    return topic_space.build(data, report, encoder=StaticEncoder(folder), folder=folder, shrink=static_model.SHRINK)


TRAINED: dict[str, Callable[[Path, Report], Path]] = {
    "term-tagger": build_term_tagger, "keyword-ranker": build_keyword_ranker, "policy-tasks": build_policy_tasks, "clarity": build_clarity,
    "segments-ic": segment_head.build, "topic-space": build_topic_space, "static-zh": build_static}
BUILT_WITH = {"term-tagger": ("term-fast",)}
