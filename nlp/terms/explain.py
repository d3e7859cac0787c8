"""Why a string became a term: the parts of its score, and its place in the text as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from nlp.terms.judge import INPUTS, Judge, likely
from nlp.terms.spans import occurrences
from nlp.terms.tagger import ScoredText

__all__ = ["Explanation", "explain_html", "explained"]

PARTS = 6  # the strongest parts that are shown one by one
COLOURS = {"术语": "#cfe8d5", "未采用": "#eeeeee"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One candidate of a text. text[start : start + len(surface)] == surface, its first place."""

    surface: str
    start: int
    score: float  # probability, 0..1
    accepted: bool
    parts: tuple[tuple[str, float], ...]  # name, and log odds that it adds; they add up to the score's log odds

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.start + len(self.surface)


def explained(scored: ScoredText, judge: Judge) -> tuple[Explanation, ...]:
    """Likely candidates of one text, best first."""
    judged = likely(scored, judge.memory)
    raw, moved = judge.trees.raw(judged.inputs), judge.trees.contributions(judged.inputs)
    threshold, text, found = judge.threshold(scored), scored.table.text, []
    for row, total, shares in zip(judged.rows.tolist(), raw.tolist(), moved, strict=True):
        surface, score = scored.table.strings[row], float(1 / (1 + np.exp(-total)))
        start = next(occurrences(text, surface), None)
        if start is not None:
            parts = _parts(shares, total)
            found.append(Explanation(surface=surface, start=start, score=score, accepted=score >= threshold, parts=parts))
    return tuple(sorted(found, key=lambda e: (-e.score, e.start, -len(e.surface))))


def _parts(shares: "np.typing.NDArray[np.float64]", total: float) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-np.abs(shares), kind="stable")
    shown = [(INPUTS[i], round(float(shares[i]), 3)) for i in order[:PARTS] if abs(shares[i]) >= 0.01]
    rest = total - sum(value for _, value in shown)
    return (*shown, ("起点与其余", round(rest, 3)))


def explain_html(text: str, explanations: Sequence[Explanation], title: str = "术语说明") -> str:
    """A page of its own: the text with its longest terms marked by displaCy, then a table of all candidates. Nothing in it is fetched or run."""
    from spacy import displacy

    manual = {
        "text": text,
        "ents": [{"start": start, "end": end, "label": "术语"} for start, end in outer_spans(text, explanations)],
        "title": None,
    }
    drawn = displacy.render(manual, style="ent", manual=True, page=False, jupyter=False, options={"colors": COLOURS}) if manual["ents"] else ""
    rows = "".join(_row(e) for e in explanations)
    head = "<tr><th>候选</th><th>位置</th><th>得分</th><th>结论</th><th>得分构成（对数几率）</th></tr>"
    style = "body{font-family:sans-serif;margin:2em}td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left}table{border-collapse:collapse}"
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{style}</style></head>'
        f"<body><h1>{escape(title)}</h1>{drawn or f'<p>{escape(text)}</p>'}<table>{head}{rows}</table></body></html>"
    )


def outer_spans(text: str, explanations: Sequence[Explanation]) -> list[tuple[int, int]]:
    """Every place of an accepted string that no longer one covers or crosses: displaCy draws no nested spans."""
    places = [(start, start + len(e.surface)) for e in explanations if e.accepted for start in occurrences(text, e.surface)]
    chosen: list[tuple[int, int]] = []
    for start, end in sorted(places, key=lambda place: (place[0] - place[1], place)):
        if all(end <= other[0] or other[1] <= start for other in chosen):
            chosen.append((start, end))
    return sorted(chosen)


def _row(explanation: Explanation) -> str:
    parts = "；".join(f"{name} {value:+.2f}" for name, value in explanation.parts)
    verdict, (start, end) = ("术语" if explanation.accepted else "未采用"), explanation.span
    colour = COLOURS[verdict]
    return (
        f'<tr style="background:{colour}"><td>{escape(explanation.surface)}</td><td>{start}–{end}</td>'
        f"<td>{explanation.score:.2f}</td><td>{verdict}</td><td>{escape(parts)}</td></tr>"
    )
