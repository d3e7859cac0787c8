"""Training the keyword ranker: background counts, the worth of signs by inner folds, and a small ensemble (torch)."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nlp.terms.keyword_features import SIGNS, Described, folded
from nlp.terms.keywords import KeywordReader, KeywordWeights, raw, score, sign_hashes, standardised

__all__ = ["Example", "background", "cross_validate", "described", "train", "weights_as_arrays"]

Floats = NDArray[np.float32]
SMOOTHING = dict(zip(SIGNS, (2, 10, 10, 20, 20, 20, 20, 20, 20, 20, 10, 10, 0), strict=True))
COUNTED = len(SIGNS) - 1  # the last sign's worth is a count: how many other texts have that keyword
FOLDS, INNER_FOLDS, MEMBERS = 5, 5, 5
EPOCHS, HIDDEN, RATE, DROPOUT, TEXTS = 7, 96, 2e-3, 0.35, 16
KEEP = 2  # background documents of a string that is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    text: str  # title + "\n" + abstract
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """One example with its candidates."""

    candidates: tuple[Described, ...]
    hashes: NDArray[np.uint32]  # (n, signs)
    labels: Floats  # (n,)
    wanted: frozenset[str]  # keywords that stand in the text
    keywords: frozenset[str]


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
        wanted=frozenset(word for word in keywords if word in text),
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


def _matrix(prepared: Sequence[Prepared], table: Worths) -> list[Floats]:
    found = []
    for p in prepared:
        at = np.minimum(np.searchsorted(table.keys, p.hashes), len(table.keys) - 1)
        found.append(raw(p.candidates, np.where(table.keys[at] == p.hashes, table.values[at], table.unseen)))
    return found


def train(prepared: Sequence[Prepared], counts: dict[str, int], n_documents: int, seed: int = 0) -> KeywordWeights:
    """Worths inside the training rows come from the other inner folds, so that no row sees its own label."""
    order = np.random.default_rng(seed).permutation(len(prepared))
    rows: list[Floats] = [np.zeros((0, 0), np.float32)] * len(prepared)
    for fold in (order[k::INNER_FOLDS] for k in range(INNER_FOLDS)):
        held = set(fold.tolist())
        table = worths([p for n, p in enumerate(prepared) if n not in held])
        for n, matrix in zip(fold.tolist(), _matrix([prepared[n] for n in fold], table), strict=True):
            rows[n] = matrix
    stacked = np.concatenate(rows)
    mean, scale = stacked.mean(0), stacked.std(0) + 1e-6
    inputs = [standardised(matrix, mean, scale) for matrix in rows]
    labels = [p.labels for p in prepared]
    members = [_member(inputs, labels, seed + m) for m in range(MEMBERS)]
    table = worths(prepared)
    hashed = {crc32(key.encode("utf-8", "surrogatepass")): min(count, 65535) for key, count in counts.items()}
    keys = np.array(sorted(hashed), np.uint32)
    hidden, hidden_bias, out, out_bias = (np.stack(part) for part in zip(*members, strict=True))
    return KeywordWeights(
        n_documents=n_documents, document_keys=keys, document_counts=np.array([hashed[k] for k in keys.tolist()], np.uint16),
        sign_keys=table.keys, sign_worths=table.values, unseen=table.unseen, mean=mean, scale=scale,
        hidden=hidden, hidden_bias=hidden_bias, out=out, out_bias=out_bias[:, 0],
    )  # fmt: skip


def _member(inputs: Sequence[Floats], labels: Sequence[Floats], seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """One network of one hidden layer: cross-entropy of each candidate, and of the choice among a text's candidates."""
    import torch

    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    first, second = torch.nn.Linear(inputs[0].shape[1], HIDDEN), torch.nn.Linear(HIDDEN, 1)
    network = torch.nn.Sequential(first, torch.nn.ReLU(), torch.nn.Dropout(DROPOUT), second)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.05)
    batches = len(inputs) // TEXTS or 1
    pace = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(0.02, 1 - step / (EPOCHS * batches)))
    for _ in range(EPOCHS):
        order = chance.permutation(len(inputs))
        for chosen in np.array_split(order, batches):
            outputs = [network(torch.from_numpy(inputs[n]))[:, 0] for n in chosen]
            targets = [torch.from_numpy(labels[n]) for n in chosen]
            each = torch.nn.functional.binary_cross_entropy_with_logits(torch.cat(outputs), torch.cat(targets))
            choice = [-(torch.log_softmax(o, 0) * t).sum() / t.sum() for o, t in zip(outputs, targets, strict=True) if t.sum() > 0]
            loss = 2 * each + 0.2 * torch.stack(choice).sum() / len(chosen) if choice else each
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch ships it without annotations
            optimiser.step()
            pace.step()
    parts = (first.weight.T, first.bias, second.weight[0], second.bias)
    weight, bias, out, out_bias = (part.detach().numpy().copy() for part in parts)
    return weight, bias, out, out_bias


def cross_validate(
    prepared: Sequence[Prepared], counts: dict[str, int], n_documents: int, report: Callable[[str], None], seed: int = 0
) -> dict[str, float]:
    """F1@5, F1@10 and recall@20, micro, over texts that the ranker was not trained on (5 folds by text)."""
    order = np.random.default_rng(seed).permutation(len(prepared))
    ranked: dict[int, list[str]] = {}
    for k in range(FOLDS):
        fold = set(order[k::FOLDS].tolist())
        weights = train([p for n, p in enumerate(prepared) if n not in fold], counts, n_documents, seed)
        table = Worths(keys=weights.sign_keys, values=weights.sign_worths, unseen=weights.unseen)
        for n in sorted(fold):
            matrix = standardised(_matrix([prepared[n]], table)[0], weights.mean, weights.scale)
            best = np.argsort(-score(matrix, weights), kind="stable")
            ranked[n] = [prepared[n].candidates[row].key for row in best[:20]]
        report(f"交叉验证第 {k + 1} 折完成")
    return {"f1_at_5": _f1(prepared, ranked, 5)[0], "f1_at_10": _f1(prepared, ranked, 10)[0], "recall_at_20": _f1(prepared, ranked, 20)[1]}


def _f1(prepared: Sequence[Prepared], ranked: dict[int, list[str]], top: int) -> tuple[float, float]:
    hits = sum(len(prepared[n].wanted & set(keys[:top])) for n, keys in ranked.items())
    given, wanted = sum(len(keys[:top]) for keys in ranked.values()), sum(len(p.wanted) for p in prepared)
    precision, recall = hits / max(given, 1), hits / max(wanted, 1)
    return round(2 * precision * recall / (precision + recall or 1), 4), round(recall, 4)


def weights_as_arrays(weights: KeywordWeights) -> dict[str, NDArray[np.generic]]:
    """For safetensors; `load_weights` is the reverse."""
    arrays = {name: getattr(weights, name) for name in KeywordWeights.__dataclass_fields__ if name != "n_documents"}
    return {**arrays, "n_documents": np.array([weights.n_documents], np.int64)}
