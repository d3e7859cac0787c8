"""What the tagger says of a text depends on nothing but the text, to the last bit: not on its company, nor on the number of workers."""

import numpy as np
import pytest

from nlp.terms.background import count_background
from nlp.terms.lexicon import Lexicon
from nlp.terms.spans import Cutter, SpanReader
from nlp.terms.tagger import ScoredText, TermTagger

from .tiny_encoder import tiny_encoder

TEXTS = [f"一种{'高纯' * (i % 9)}光刻胶用于晶圆清洗设备的工艺，本发明涉及半导体硅片{'与晶圆' * (i % 23)}。" for i in range(60)] + ["光刻胶", "，。"]


@pytest.fixture(scope="module")
def tagger(lexicon: Lexicon, tmp_path_factory: pytest.TempPathFactory) -> TermTagger:
    cutter = Cutter(lexicon)
    reader = SpanReader(lexicon, count_background(cutter.words(text) for text in TEXTS))
    return TermTagger(tiny_encoder(tmp_path_factory.mktemp("encoder")), reader, n_layers=1)


def same(one: ScoredText, other: ScoredText) -> bool:
    return np.array_equal(one.scores, other.scores) and np.array_equal(one.registers, other.registers)


@pytest.mark.parametrize("size", [2, 7, 31, 62])
@pytest.mark.parametrize("workers", [1, 2])
def test_company_changes_nothing(tagger: TermTagger, size: int, workers: int) -> None:
    alone = {text: tagger.score([text])[text] for text in TEXTS}
    tagger.workers = workers
    together = {t: s for begin in range(0, len(TEXTS), size) for t, s in tagger.score(TEXTS[begin : begin + size]).items()}
    tagger.workers = 1
    assert together.keys() == alone.keys()
    assert [text for text in alone if not same(alone[text], together[text])] == []
