from functools import cache
from pathlib import Path

import pytest

from nlp.errors import ModelUnavailable
from nlp.terms import Lexicon, load_lexicon
from nlp.terms.keyword_evidence import TermEvidence
from nlp.terms.keyword_features import NUMBERS, SIGNS
from nlp.terms.keyword_training import Example, background, cross_validate, described, list_kind, train
from nlp.terms.keywords import KeywordReader, KeywordWeights, load_weights, rank_keywords, weights_as_arrays

ROOT = Path(__file__).parents[3]
TEXT = (
    "碳化硅功率模块的低温烧结封装工艺研究\n"
    "针对碳化硅功率模块工作温度高的问题，采用纳米银低温烧结代替焊料。结果表明，低温烧结层的热阻降低，"
    "功率模块的可靠性明显提高，可用于电动汽车主驱逆变器。"
)


@cache
def lexicon() -> Lexicon:
    return load_lexicon(ROOT / "corpora" / "lexicons")


@cache
def weights() -> KeywordWeights:
    return load_weights((ROOT / "models" / "keyword-ranker" / "ranker.safetensors").read_bytes())


def terms(text: str, at_most: int = 20) -> list[str]:
    return [keyword.term for keyword in rank_keywords([("u", text)], lexicon(), weights(), at_most)["u"]]


def test_what_the_title_names_comes_first() -> None:
    assert "碳化硅功率模块" in terms(TEXT, 5)
    assert {"低温烧结", "功率模块"} <= set(terms(TEXT))


def test_keywords_stand_in_the_text_at_most_twenty_once_each_best_first() -> None:
    found = rank_keywords([("u", TEXT)], lexicon(), weights())["u"]
    assert len(found) == 20
    assert all(keyword.term in TEXT for keyword in found)
    assert len({keyword.term for keyword in found}) == 20
    scores = [keyword.score for keyword in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("text", ["", "\n", "。。。", "的", "\ud800", "1234", "\x00\n光刻胶"])
def test_hostile_texts(text: str) -> None:
    assert all(term in text for term in terms(text))


def test_a_text_does_not_depend_on_the_others() -> None:
    alone = rank_keywords([("a", TEXT)], lexicon(), weights())["a"]
    together = rank_keywords([("b", "光刻胶的研究\n光刻胶"), ("a", TEXT)], lexicon(), weights())["a"]
    assert alone == together


def test_damaged_weights_are_named() -> None:
    with pytest.raises(ModelUnavailable, match="keyword-ranker"):
        load_weights(b"nothing")


def examples() -> list[Example]:
    subjects = ["光刻胶", "抛光液", "减速器", "电解液", "逆变器", "传感器", "焊料", "涂层"]
    return [Example(text=f"{s}的制备研究\n研究了{s}的制备，结果表明{s}的性能良好，编号{n}。", keywords=(s,)) for n, s in enumerate(subjects * 3)]


def test_training_learns_repeats_and_survives_storage() -> None:
    from safetensors.numpy import save

    reader = KeywordReader(lexicon())
    counts, n = background([e.text for e in examples()], reader)
    prepared = described(examples(), reader, counts, n)
    trained = train(prepared, counts, n)
    assert (train(prepared, counts, n).plain.value == trained.plain.value).all()
    assert trained.plain.feature.max() <= len(NUMBERS) + len(SIGNS)
    assert trained.full is None
    read = load_weights(save(weights_as_arrays(trained)))
    text = "粘结剂的制备研究\n研究了粘结剂的制备，结果表明粘结剂的性能良好。"
    assert rank_keywords([("u", text)], lexicon(), read)["u"][0].term == "粘结剂"


def test_the_taggers_word_is_learned_and_wanted_only_where_it_was_given() -> None:
    """A string that the tagger calls a term is likelier a keyword than without that word."""
    rows = []
    for turn, example in enumerate(examples()):
        subject = example.keywords[0]
        first, second = (subject, subject[::-1])[:: 1 if turn // 8 % 2 else -1]
        text = f"{first}与{second}的研究\n研究了{first}与{second}。"
        word = TermEvidence(scores={subject: 3.0}, probabilities={subject: 0.9}, registers=(0.2,) * 5)
        rows.append(Example(text=text, keywords=(subject,), evidence=word))
    reader = KeywordReader(lexicon())
    counts, n = background([e.text for e in rows], reader)
    trained = train(described(rows, reader, counts, n), counts, n)
    assert trained.full is not None
    text = "粘结剂与分散液的研究\n研究了粘结剂与分散液。"
    scores = {}
    for subject in ("粘结剂", "分散液"):
        word = TermEvidence(scores={subject: 3.0}, probabilities={subject: 0.9}, registers=(0.2,) * 5)
        found = rank_keywords([("u", text)], lexicon(), trained, 100, {text: word})["u"]
        scores[subject] = {keyword.term: keyword.score for keyword in found}
    assert scores["粘结剂"]["粘结剂"] > scores["分散液"]["粘结剂"]
    assert scores["分散液"]["分散液"] > scores["粘结剂"]["分散液"]
    assert rank_keywords([("u", text)], lexicon(), trained, 1)["u"]


def test_a_list_that_a_database_made_is_told_by_its_text() -> None:
    kinds = [("纪实随笔：江边的老街与往事", 9), ("采用实验方法测定了样品的性能", 3)]
    made = [Example(text=f"{text}{n}", keywords=tuple(f"{text[:2]}{i}" for i in range(k))) for text, k in kinds for n in range(8)]
    reader = KeywordReader(lexicon())
    found = list_kind(described(made, reader, {}, 1))
    assert found.score("江边的随笔") > 0 > found.score("测定样品性能的方法")
    assert found.score("") == found.score("\u4e0d\ud800") == pytest.approx(float(found.bias[0]))


def test_cross_validation_reports_each_fold() -> None:
    lines: list[str] = []
    reader = KeywordReader(lexicon())
    counts, n = background([e.text for e in examples()], reader)
    scores = cross_validate(described(examples(), reader, counts, n), counts, n, lines.append)
    assert len(lines) == 5
    assert 0 < scores["f1_at_5"] <= scores["recall_at_20"] <= 1
