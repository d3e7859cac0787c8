"""What is known of a clause segment, as numbers: words of the segment and of its surroundings, and sentence vectors."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.embed import Vectors
from nlp.understand.policy_segments import Segment
from nlp.understand.policy_words import PolicyWords

__all__ = ["feature_names", "is_scope", "vector_features", "word_features"]

Matrix = NDArray[np.float64]
_PLACE = ("first", "first_alone", "opens", "closes", "alone", "position", "sentence_position", "rest", "length", "short", "figure",
          "figure_end", "listed", "past_paragraph", "plans_paragraph", "retrospect", "few", "first_of_few")  # fmt: skip
FEW = 5  # segments; a clause this short opens with its first task, a paragraph of a report opens with its subject
VECTOR_SCALE = 4.0  # so that the prior on weights treats a direction of the unit sphere like a word group


def feature_names(words: PolicyWords) -> tuple[str, ...]:
    """Names of the columns of `word_features`."""
    groups = tuple(words.groups)
    around = tuple(f"{place}:{group}" for place in ("previous", "next", "sentence", "paragraph") for group in groups)
    leads = tuple(f"lead:{word}" for word in (*words.leads, "other")) + tuple(f"class:{name}" for name in words.lead_classes)
    return (*_PLACE, *groups, *leads, *around, "previous:scope", "next:figure", "previous:figure")


def word_features(text: str, segments: Sequence[Segment], words: PolicyWords) -> Matrix:
    """(n segments, len(feature_names)): everything between 0 and 1."""
    if not segments:
        return np.zeros((0, len(feature_names(words))))
    surfaces = [text[s.start : s.end] for s in segments]
    groups = np.array([[bool(p.search(s)) for p in words.groups.values()] for s in surfaces], float)
    leads = np.array([_lead(s, words) for s in surfaces])
    place = np.array([_place(text, i, segments, words) for i in range(len(segments))])
    sentences = np.array([s.sentence for s in segments])
    figures = place[:, _PLACE.index("figure")]
    scope = np.array([float(is_scope(s, words)) for s in surfaces])
    columns = (place, groups, leads, _shifted(groups, 1), _shifted(groups, -1), _means(groups, sentences),
               np.tile(groups.mean(0), (len(segments), 1)), _shifted(scope[:, None], 1), _shifted(figures[:, None], -1),
               _shifted(figures[:, None], 1))  # fmt: skip
    return np.hstack(columns)


def vector_features(vectors: Vectors, segments: Sequence[Segment]) -> Matrix:
    """(n, 3 × dimension) from one vector a segment: its own, the mean of its sentence, the mean of the text."""
    if not segments:
        return np.zeros((0, 3 * vectors.shape[1]))
    own = np.asarray(vectors, np.float64)
    sentences = np.array([s.sentence for s in segments])
    return VECTOR_SCALE * np.hstack([own, _means(own, sentences), np.tile(own.mean(0), (len(segments), 1))])


def is_scope(surface: str, words: PolicyWords) -> bool:
    """围绕…等领域: says where, not what."""
    return surface.startswith(words.scope_starts) and surface.endswith(words.scope_ends)


def _lead(surface: str, words: PolicyWords) -> list[float]:
    """One-hot over the leads, "other" and the classes of leads: the first verb after the adverbs."""
    skipped = words.adverbs.match(surface)
    at = skipped.end() if skipped else 0
    found = words.lead.match(surface, at) or words.lead.match(surface)
    name = found[0] if found else None
    classes = (float(name in members) for members in words.lead_classes.values())
    return [*(float(word == name) for word in words.leads), float(name is None), *classes]


def _place(text: str, i: int, segments: Sequence[Segment], words: PolicyWords) -> list[float]:
    here = segments[i]
    surface = text[here.start : here.end]
    fellows = [s for s in segments if s.sentence == here.sentence]
    rank, n = fellows.index(here), len(segments)
    figure = bool(words.figure.search(words.plain_number.sub("", surface)))
    past, plans = len(words.retrospect.findall(text)), len(words.plans.findall(text))
    first = i == 0 or segments[i - 1].paragraph != here.paragraph
    return [
        first, first and here.closes, here.opens, here.closes, len(fellows) == 1, i / n, rank / len(fellows), (len(fellows) - rank - 1) / 8,
        min(len(surface) / 40, 1.5), len(surface) < 9, figure, figure and surface[-1] in "%上右家户项个P元", "、" in surface,
        min(past / n, 1.0), min(plans / n, 1.5), past / (past + plans + 1), n <= FEW, first and n <= FEW,
    ]  # fmt: skip


def _shifted(rows: Matrix, by: int) -> Matrix:
    """Row i - by in place of row i, zeros where there is none."""
    out = np.zeros_like(rows)
    if by > 0:
        out[by:] = rows[:-by]
    else:
        out[:by] = rows[-by:]
    return out


def _means(rows: Matrix, keys: NDArray[np.int_]) -> Matrix:
    """Each row replaced by the mean of the rows that share its key."""
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    sums = np.zeros((len(counts), rows.shape[1]))
    np.add.at(sums, inverse, rows)
    return (sums / counts[:, None])[inverse]
