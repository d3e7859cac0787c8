"""Training the keyword ranker: background counts, the worth of signs and the kind of list by inner folds, two forests."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nlp.terms.keyword_evidence import ListKind, TermEvidence, grams
from nlp.terms.keyword_features import NUMBERS, SIGNS, Described, folded
from nlp.terms.keywords import KeywordReader, KeywordWeights, inputs, sign_hashes
from nlp.terms.trees import Trees, from_sklearn

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Example", "background", "cross_validate", "described", "train"]

Floats = NDArray[np.float32]
SMOOTHING = dict(zip(SIGNS, (2, 10, 10, 20, 20, 20, 20, 20, 20, 20, 10, 10, 0), strict=True))
COUNTED = len(SIGNS) - 1  # the last sign's worth is a count: how many other texts have that keyword
FOLDS, INNER_FOLDS = 5, 5
PLAIN = len(NUMBERS) + len(SIGNS) + 1  # columns of the forest that does without the tagger
AUTOMATIC = 8  # keywords; journals ask their authors for three to eight, such lists run to twenty
LEAF = 80  # candidates in the smallest leaf, fewer where there are few in all
GRAM_DOCUMENTS = 3  # training texts a gram stands in to be used
KEEP = 2  # background documents of a string that is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    text: str  # title + "\n" + abstract
    keywords: tuple[str, ...]
    evidence: TermEvidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """One example with its candidates."""

    candidates: tuple[Described, ...]
    hashes: NDArray[np.uint32]  # (n, signs)
    labels: Floats  # (n,)
    wanted: frozenset[str]  # keywords that stand in the text
    keywords: frozenset[str]
    text: str
    evidence: TermEvidence | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worths:
    keys: NDArray[np.uint32]
    values: Floats
    unseen: Floats


def background(texts: Iterable[str], reader: KeywordReader) -> tuple[dict[str, int], int]:
    """In how many texts each candidate string stands, and the number of texts."""
    counts: Counter[str] = Counter()
    n = 0
    for text in texts:
        counts.update(reader.keys(text))
        n += 1
    return {key: count for key, count in counts.items() if count >= KEEP}, n


def described(examples: Sequence[Example], reader: KeywordReader, counts: dict[str, int], n: int) -> list[Prepared]:
    """The examples are themselves among the background texts, so each is taken out of its own counts."""
    return [_prepared(example, tuple(reader.read(example.text, lambda key: counts.get(key, 0), n, own=1))) for example in examples]


def _prepared(example: Example, candidates: tuple[Described, ...]) -> Prepared:
    keywords, text = frozenset(map(folded, example.keywords)), folded(example.text)
    labels = np.array([candidate.key in keywords for candidate in candidates], np.float32)
    return Prepared(
        candidates=candidates, hashes=sign_hashes(candidates), labels=labels, keywords=keywords,
        wanted=frozenset(word for word in keywords if word in text), text=example.text, evidence=example.evidence,
    )  # fmt: skip


def worths(prepared: Sequence[Prepared]) -> Worths:
    """Log odds of each sign's value, smoothed towards the prior; the last sign is log(1 + texts with that keyword)."""
    hashes, labels = np.concatenate([p.hashes for p in prepared]), np.concatenate([p.labels for p in prepared])
    prior = float(labels.mean())
    table: dict[int, float] = {}
    for column, kind in enumerate(SIGNS[:COUNTED]):
        keys, inverse, total = np.unique(hashes[:, column], return_inverse=True, return_counts=True)
        hits = np.bincount(inverse, labels, len(keys))
        value = np.log((hits + prior * SMOOTHING[kind]) / (total + SMOOTHING[kind]))
        table |= {k: v for k, v, n, h in zip(keys.tolist(), value.tolist(), total.tolist(), hits.tolist(), strict=True) if n > 1 or h}
    keywords = Counter(word for p in prepared for word in p.keywords)
    table |= {crc32(f"{SIGNS[COUNTED]}:{word}".encode()): float(np.log1p(count)) for word, count in keywords.items()}
    keys = np.array(sorted(table), np.uint32)
    unseen = np.array([np.log(prior)] * COUNTED + [0.0], np.float32)
    return Worths(keys=keys, values=np.array([table[k] for k in keys.tolist()], np.float32), unseen=unseen)


def list_kind(prepared: Sequence[Prepared]) -> ListKind:
    """Fitted on whole lists: AUTOMATIC keywords and more are taken for the work of a database."""
    from sklearn.linear_model import LogisticRegression

    counted = [grams(p.text) for p in prepared]
    documents = Counter(gram for row in counted for gram in row)
    keys = np.array(sorted(gram for gram, n in documents.items() if n >= GRAM_DOCUMENTS), np.uint32)
    rarity = np.array([np.log((1 + len(prepared)) / (1 + documents[gram])) + 1 for gram in keys.tolist()], np.float32)
    unfitted = ListKind(keys=keys, rarity=rarity, weight=np.zeros(len(keys), np.float32), bias=np.zeros(1, np.float32))
    automatic = np.array([len(p.keywords) >= AUTOMATIC for p in prepared])
    if automatic.all() or not automatic.any():
        return unfitted
    fitted = LogisticRegression(C=30, max_iter=300).fit(_sparse([unfitted.vector(p.text) for p in prepared]), automatic)
    return replace(unfitted, weight=fitted.coef_[0].astype(np.float32), bias=fitted.intercept_.astype(np.float32))


def _sparse(vectors: Sequence[Floats]) -> "csr_matrix":
    from scipy.sparse import csr_matrix, vstack

    return vstack([csr_matrix(vector) for vector in vectors]).tocsr()


def _matrix(prepared: Sequence[Prepared], table: Worths, kind: ListKind) -> list[Floats]:
    found = []
    for p in prepared:
        at = np.minimum(np.searchsorted(table.keys, p.hashes), len(table.keys) - 1)
        worth = np.where(table.keys[at] == p.hashes, table.values[at], table.unseen)
        found.append(inputs(p.candidates, worth, kind.score(p.text), p.evidence))
    return found


def train(prepared: Sequence[Prepared], counts: dict[str, int], n_documents: int, seed: int = 0) -> KeywordWeights:
    """Worths inside the training rows come from the other inner folds, so that no row sees its own label."""
    order = np.random.default_rng(seed).permutation(len(prepared))
    rows: list[Floats] = [np.zeros((0, 0), np.float32)] * len(prepared)
    for fold in (order[k::INNER_FOLDS] for k in range(INNER_FOLDS)):
        held = set(fold.tolist())
        others = [p for n, p in enumerate(prepared) if n not in held]
        own = _matrix([prepared[n] for n in fold], worths(others), list_kind(others))
        for n, matrix in zip(fold.tolist(), own, strict=True):
            rows[n] = matrix
    stacked, labels = np.concatenate(rows), np.concatenate([p.labels for p in prepared])
    table, asked = worths(prepared), all(p.evidence for p in prepared)
    hashed = {crc32(key.encode("utf-8", "surrogatepass")): min(count, 65535) for key, count in counts.items()}
    keys = np.array(sorted(hashed), np.uint32)
    return KeywordWeights(
        n_documents=n_documents, document_keys=keys, document_counts=np.array([hashed[k] for k in keys.tolist()], np.uint16),
        sign_keys=table.keys, sign_worths=table.values, unseen=table.unseen, lists=list_kind(prepared),
        plain=_forest(stacked[:, :PLAIN], labels, seed), full=_forest(stacked, labels, seed) if asked else None,
    )  # fmt: skip


def _forest(rows: Floats, labels: Floats, seed: int) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier

    booster = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.06, max_leaf_nodes=15, l2_regularization=10, max_features=0.4, max_bins=63,
        min_samples_leaf=min(LEAF, len(rows) // 50 + 1), early_stopping=False, random_state=seed,
    )  # fmt: skip
    return from_sklearn(booster.fit(rows, labels))


def cross_validate(
    prepared: Sequence[Prepared], counts: dict[str, int], n_documents: int, report: Callable[[str], None], seed: int = 0
) -> dict[str, float]:
    """F1@5, F1@10 and recall@20, micro, over texts that the ranker was not trained on (5 folds by text); each forest's."""
    order = np.random.default_rng(seed).permutation(len(prepared))
    ranked: dict[str, dict[int, list[str]]] = {"": {}, "plain_": {}}
    for k in range(FOLDS):
        fold = set(order[k::FOLDS].tolist())
        weights = train([p for n, p in enumerate(prepared) if n not in fold], counts, n_documents, seed)
        table = Worths(keys=weights.sign_keys, values=weights.sign_worths, unseen=weights.unseen)
        for n in sorted(fold):
            matrix = _matrix([prepared[n]], table, weights.lists)[0].astype(np.float64)
            ranked["plain_"][n] = _best(prepared[n], weights.plain.raw(matrix[:, :PLAIN]))
            ranked[""][n] = _best(prepared[n], weights.full.raw(matrix)) if weights.full else ranked["plain_"][n]
        report(f"交叉验证第 {k + 1} 折完成")
    return {name: value for prefix, rows in ranked.items() for name, value in _measured(prepared, rows, prefix).items()}


def _best(prepared: Prepared, scores: NDArray[np.float64]) -> list[str]:
    return [prepared.candidates[row].key for row in np.argsort(-scores, kind="stable")[:20]]


def _measured(prepared: Sequence[Prepared], ranked: dict[int, list[str]], prefix: str) -> dict[str, float]:
    """All texts; then those with a list of authors' length, for the others are lists that no author made."""
    authors = {n: keys for n, keys in ranked.items() if len(prepared[n].keywords) < AUTOMATIC}
    return {
        f"{prefix}f1_at_5": _f1(prepared, ranked, 5)[0], f"{prefix}f1_at_10": _f1(prepared, ranked, 10)[0],
        f"{prefix}recall_at_20": _f1(prepared, ranked, 20)[1],
        f"{prefix}authors_f1_at_5": _f1(prepared, authors, 5)[0], f"{prefix}authors_recall_at_20": _f1(prepared, authors, 20)[1],
    }  # fmt: skip


def _f1(prepared: Sequence[Prepared], ranked: dict[int, list[str]], top: int) -> tuple[float, float]:
    hits = sum(len(prepared[n].wanted & set(keys[:top])) for n, keys in ranked.items())
    given, wanted = sum(len(keys[:top]) for keys in ranked.values()), sum(len(prepared[n].wanted) for n in ranked)
    precision, recall = hits / max(given, 1), hits / max(wanted, 1)
    return round(2 * precision * recall / (precision + recall or 1), 4), round(recall, 4)
