"""Checkpoint (nlp/e5s1.py) -> the files of an ordinary Hugging Face model folder, as bytes.

The vocabulary is cut to pieces written in the given code-point ranges, in their old order. A text in these
ranges is segmented exactly as by the full vocabulary: a piece that was cut cannot occur in it, and the least
score, from which the penalty of an unknown character follows, is kept.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nlp.charsmap import compile_charsmap
from nlp.e5s1 import Checkpoint, Pieces, Shape, Tensor
from nlp.errors import ModelUnavailable

__all__ = ["kept_pieces", "model_files"]

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

MASK = "<mask>"
MAX_TOKENS = 512
PROMPTS = {"query": "query: ", "passage": "passage: ", "document": "passage: "}
PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def kept_pieces(pieces: Pieces, ranges: Sequence[tuple[int, int]]) -> list[int]:
    """Ids of the pieces whose every character lies in one of `ranges` (code points, both ends inclusive)."""
    allowed = {chr(point) for first, last in ranges for point in range(first, last + 1)}
    special = {pieces.bos, pieces.eos, pieces.pad, pieces.unk}
    return [number for number, text in enumerate(pieces.texts) if number in special or allowed.issuperset(text)]


def model_files(checkpoint: Checkpoint, keep: Sequence[int]) -> dict[str, bytes]:
    """Relative path -> content. Loads with transformers (BertModel) and with sentence-transformers.

    Weights are stored as float16: (nibble - 8) x scale has at most 14 significant bits, so float16 loses at most
    1 part in 2,048 where bfloat16 would lose 1 in 256, at the same 125 MB.
    Raises ModelUnavailable when a tensor is missing or does not fit the shape.
    """
    documents: dict[str, Json] = {
        "config.json": config(checkpoint.shape, checkpoint.pieces, keep),
        "tokenizer.json": tokenizer(checkpoint, keep),
        "tokenizer_config.json": tokenizer_config(checkpoint.pieces),
        "special_tokens_map.json": special_tokens(checkpoint.pieces),
        "modules.json": MODULES,
        "1_Pooling/config.json": {"word_embedding_dimension": checkpoint.shape.hidden, "pooling_mode_mean_tokens": True},
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": PROMPTS, "default_prompt_name": None},
    }
    files = {path: as_json(document) for path, document in documents.items()}
    return files | {"model.safetensors": weights(checkpoint, keep)}


MODULES: Json = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]


def as_json(document: Json) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


# ---- weights ------------------------------------------------------------------------------


def weights(checkpoint: Checkpoint, keep: Sequence[int]) -> bytes:
    from safetensors.numpy import save

    shape = checkpoint.shape
    arrays = {name: array.astype(np.float16) for name, array in named_arrays(checkpoint, keep)}
    # transformers builds a pooler that mean pooling never reads; zeros spare every reader a warning
    arrays["pooler.dense.weight"] = np.zeros((shape.hidden, shape.hidden), np.float16)
    arrays["pooler.dense.bias"] = np.zeros(shape.hidden, np.float16)
    return save(arrays, metadata={"format": "pt"})


def named_arrays(checkpoint: Checkpoint, keep: Sequence[int]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """(parameter name of transformers.BertModel, float32 array) for every stored tensor."""
    shape = checkpoint.shape
    yield "embeddings.word_embeddings.weight", word_rows(checkpoint, keep)
    yield "embeddings.position_embeddings.weight", matrix(checkpoint, "emb.pos", shape.positions)
    types = matrix(checkpoint, "emb.type", None)
    missing = shape.token_types - len(types)
    yield "embeddings.token_type_embeddings.weight", np.concatenate([types, types[:1].repeat(max(missing, 0), axis=0)])
    yield "embeddings.LayerNorm.weight", vector(checkpoint, "emb.ln.w")
    yield "embeddings.LayerNorm.bias", vector(checkpoint, "emb.ln.b")
    for layer in range(shape.layers):
        yield from layer_arrays(checkpoint, layer)


def layer_arrays(checkpoint: Checkpoint, layer: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    shape, place = checkpoint.shape, f"encoder.layer.{layer}"
    for short, long in PARTS.items():
        rows = shape.feed_forward if short == "fi" else shape.hidden
        yield f"{place}.{long}.weight", matrix(checkpoint, f"l{layer}.{short}.w", rows)
        yield f"{place}.{long}.bias", vector(checkpoint, f"l{layer}.{short}.b")
    for short, long in NORMS.items():
        yield f"{place}.{long}.weight", vector(checkpoint, f"l{layer}.{short}.w")
        yield f"{place}.{long}.bias", vector(checkpoint, f"l{layer}.{short}.b")


def word_rows(checkpoint: Checkpoint, keep: Sequence[int]) -> NDArray[np.float32]:
    return stored(checkpoint, "emb.word").rows(keep, checkpoint.shape.hidden)


def matrix(checkpoint: Checkpoint, name: str, rows: int | None) -> NDArray[np.float32]:
    """(rows, width); rows None: as many as there are of the hidden width."""
    values = vector(checkpoint, name)
    height = rows or len(values) // checkpoint.shape.hidden
    if len(values) % height:
        raise unfit(name, f"有 {len(values)} 个权重，不能分成 {height} 行")
    return values.reshape(height, -1)


def vector(checkpoint: Checkpoint, name: str) -> NDArray[np.float32]:
    return stored(checkpoint, name).values()


def stored(checkpoint: Checkpoint, name: str) -> Tensor:
    if name not in checkpoint.tensors:
        raise unfit(name, "权重文件里没有这个张量")
    return checkpoint.tensors[name]


def unfit(name: str, reason: str) -> ModelUnavailable:
    return ModelUnavailable(f"e5-small-q4.bin 的 {name}", reason, "请删除该文件后重新运行 luxiantu models build e5-small-zh")


# ---- configuration and tokenizer ----------------------------------------------------------


def config(shape: Shape, pieces: Pieces, keep: Sequence[int]) -> Json:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "vocab_size": len(keep),
        "layer_norm_eps": float(f"{shape.epsilon:.3g}"),
        "pad_token_id": keep.index(pieces.pad),
        "bos_token_id": keep.index(pieces.bos),
        "eos_token_id": keep.index(pieces.eos),
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "dtype": "float32",  # what to compute in when the reader does not say; float16 is only how it is stored
    }


def special_tokens(pieces: Pieces) -> dict[str, Json]:
    bos, eos, pad, unk = (pieces.texts[number] for number in (pieces.bos, pieces.eos, pieces.pad, pieces.unk))
    return {
        "bos_token": bos,
        "cls_token": bos,
        "eos_token": eos,
        "sep_token": eos,
        "pad_token": pad,
        "unk_token": unk,
        "mask_token": MASK,
    }


def tokenizer_config(pieces: Pieces) -> Json:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": MAX_TOKENS,
        "model_input_names": ["input_ids", "attention_mask"],
        "clean_up_tokenization_spaces": False,
        **special_tokens(pieces),
    }


def tokenizer(checkpoint: Checkpoint, keep: Sequence[int]) -> Json:
    """The document that `tokenizers` reads; written by hand so that its bytes do not depend on that library."""
    pieces = checkpoint.pieces
    charsmap = base64.b64encode(compile_charsmap(checkpoint.normalisation)).decode()
    metaspace: Json = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [added_token(pieces, keep, number) for number in special_ids(pieces, keep)],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Precompiled", "precompiled_charsmap": charsmap},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": metaspace,
        "post_processor": sequence_template(pieces, keep),
        "decoder": metaspace,
        "model": {
            "type": "Unigram",
            "unk_id": keep.index(pieces.unk),
            "byte_fallback": False,
            "vocab": [[pieces.texts[number], float(pieces.scores[number])] for number in keep],
        },
    }


def special_ids(pieces: Pieces, keep: Sequence[int]) -> list[int]:
    masks = [number for number in keep[-1:] if pieces.texts[number] == MASK]
    return sorted([pieces.bos, pieces.pad, pieces.eos, pieces.unk]) + masks


def added_token(pieces: Pieces, keep: Sequence[int], number: int) -> Json:
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"id": keep.index(number), "content": pieces.texts[number], **flags}


def sequence_template(pieces: Pieces, keep: Sequence[int]) -> Json:
    """`<s> … </s>`, and for pairs `<s> … </s> </s> … </s>` as XLM-RoBERTa has it."""
    bos, eos = pieces.texts[pieces.bos], pieces.texts[pieces.eos]
    first: Json = {"SpecialToken": {"id": bos, "type_id": 0}}
    last: Json = {"SpecialToken": {"id": eos, "type_id": 0}}
    a: Json = {"Sequence": {"id": "A", "type_id": 0}}
    b: Json = {"Sequence": {"id": "B", "type_id": 0}}
    numbers = {bos: keep.index(pieces.bos), eos: keep.index(pieces.eos)}
    return {
        "type": "TemplateProcessing",
        "single": [first, a, last],
        "pair": [first, a, last, last, b, last],
        "special_tokens": {text: {"id": text, "ids": [number], "tokens": [text]} for text, number in numbers.items()},
    }
