from pathlib import Path

import numpy as np
import pytest
import torch

from nlp.bert_stack import BertStack, fits
from nlp.embed import TransformerEncoder, load_network
from nlp.engines import TorchEngine
from tests.nlp.terms.tiny_encoder import tiny_encoder

TEXTS = [tuple(5 + (7 * n + k) % 20 for k in range(n)) for n in (1, 2, 31, 32, 33, 64, 100, 300, 512)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tiny_encoder(folder)
    return folder


def read(stack: BertStack, texts: list[tuple[int, ...]], workers: int = 1) -> list[torch.Tensor]:
    found = {row: states for flat, many in stack.read(texts, longest=512, workers=workers) for row, states in zip(flat.texts, many, strict=True)}
    return [found[row] for row in range(len(texts))]


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-5), ("bfloat16", 0.06)])
def test_states_are_those_of_the_network(folder: Path, precision: str, tolerance: float) -> None:
    """The reference is float32 and reads one text at a time."""
    network, reference = load_network(folder, precision), load_network(folder, "float32")
    assert fits(network)
    for text, states in zip(TEXTS, read(BertStack(network, tokens=512), TEXTS), strict=True):
        with torch.inference_mode():
            wanted = reference(input_ids=torch.tensor([text])).last_hidden_state[0]
        assert states.shape == (len(text), 16)
        assert float((states.float() - wanted).abs().max()) <= tolerance


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_company_order_and_workers_change_nothing(folder: Path, precision: str) -> None:
    stack = BertStack(load_network(folder, precision), tokens=512)
    wanted = read(stack, TEXTS)
    for texts, workers in ((TEXTS[::-1], 2), ([TEXTS[4], TEXTS[2]], 1), (TEXTS[3:4], 3)):
        for text, states in zip(texts, read(stack, texts, workers), strict=True):
            assert torch.equal(states, wanted[TEXTS.index(text)])


def test_torch_has_its_threads_back(folder: Path) -> None:
    stack, before = BertStack(load_network(folder, "float32"), tokens=512), torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        read(stack, TEXTS[:3])
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_another_activation_is_left_to_transformers(folder: Path) -> None:
    network = load_network(folder, "float32")
    network.config.hidden_act = "relu"
    assert not fits(network)


def test_the_encoder_gives_the_vectors_that_transformers_give(folder: Path) -> None:
    texts = ["光刻胶", "用于晶圆清洗的设备" * 9, "", "硅片" * 400]
    encoder = TransformerEncoder(folder, dtype="float32", threads=2)
    plain = TransformerEncoder(folder, engine=TorchEngine(load_network(folder, "float32"), encoder.dimension))
    assert (encoder.stack is None, plain.stack is None) == (False, True)
    np.testing.assert_allclose(encoder.encode(texts), plain.encode(texts), atol=1e-5)
