import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load
from tokenizers import Tokenizer

from nlp import e5s1, hf_folder
from nlp.errors import ModelUnavailable
from tests.nlp.tiny_e5s1 import HIDDEN, PIECES, RANGES, tiny

CHECKPOINT = e5s1.read(tiny())
KEEP = hf_folder.kept_pieces(CHECKPOINT.pieces, RANGES)
FILES = hf_folder.model_files(CHECKPOINT, KEEP)


def test_pieces_outside_the_ranges_are_cut_in_order() -> None:
    assert [PIECES[number] for number in KEEP] == [piece for piece in PIECES if piece not in {"é", "▁я"}]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("光刻胶", ["<s>", "▁", "光刻", "胶", "</s>"]),
        ("光  刻", ["<s>", "▁", "光", "▁", "刻", "</s>"]),
        ("\t光", ["<s>", "▁", "光", "</s>"]),
        ("aéé1", ["<s>", "▁", "a", "<unk>", "1", "</s>"]),
        ("", ["<s>", "</s>"]),
    ],
)
def test_segmentation(text: str, pieces: list[str]) -> None:
    tokenizer = Tokenizer.from_str(FILES["tokenizer.json"].decode())
    assert [PIECES[KEEP[number]] for number in tokenizer.encode(text).ids] == pieces


def test_weights_carry_the_kept_rows() -> None:
    arrays = load(FILES["model.safetensors"])
    words = arrays["embeddings.word_embeddings.weight"]
    wanted = CHECKPOINT.tensors["emb.word"].rows(KEEP, HIDDEN)
    np.testing.assert_allclose(words.astype(np.float32), wanted, rtol=2**-11)
    types = arrays["embeddings.token_type_embeddings.weight"]
    assert types.shape == (2, HIDDEN)
    np.testing.assert_array_equal(types[0], types[1])


def test_transformers_misses_no_weight(tmp_path: Path) -> None:
    from transformers import AutoModel

    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    _, loading = AutoModel.from_pretrained(tmp_path, output_loading_info=True)
    assert not any(loading.values())


def test_the_same_bytes_every_time() -> None:
    assert hf_folder.model_files(e5s1.read(tiny()), KEEP) == FILES
    assert json.loads(FILES["config.json"])["vocab_size"] == len(KEEP)


def test_a_missing_tensor_is_named() -> None:
    fewer = {name: tensor for name, tensor in CHECKPOINT.tensors.items() if name != "l0.fo.w"}
    with pytest.raises(ModelUnavailable, match=r"l0\.fo\.w"):
        hf_folder.model_files(dataclasses.replace(CHECKPOINT, tensors=fewer), KEEP)
