import numpy as np

from nlp.understand import blocking
from nlp.understand.blocking import bag, candidates
from tests.nlp.understand.duplicate_pairs import finder, text

SUBJECTS = ["碳纤维预浸料热压罐固化", "生猪养殖臭气生物滤池", "盾构机滚刀磨损监测", "绿茶杀青机温控", "射频功率放大器线性化"]


def bags(*titles: str):
    return [bag(finder().read(text(title, "", str(i)))) for i, title in enumerate(titles)]


def test_texts_that_share_rare_words_meet_and_others_do_not() -> None:
    assert candidates(bags(*SUBJECTS, "盾构机滚刀磨损检测装置")) == [(2, 5)]


def test_vectors_bring_texts_together_that_share_no_word() -> None:
    vectors = np.zeros((5, 4), np.float32)
    vectors[[0, 1, 2, 3, 4], [0, 1, 2, 0, 3]] = 1
    assert candidates(bags(*SUBJECTS), vectors) == [(0, 3)]


def test_a_word_that_many_share_brings_nobody_together() -> None:
    crowd = [f"轴承{chr(0x4E00 + i)}{chr(0x5E00 + i)}" for i in range(blocking.CAP + 50)]
    assert len(candidates(bags(*crowd))) < len(crowd)


def test_each_keeps_only_its_nearest() -> None:
    same = bags(*["盾构机滚刀磨损监测"] * 60, *SUBJECTS)
    assert len(candidates(same)) <= 62 * blocking.NEAREST


def test_nothing() -> None:
    assert candidates([]) == []
