import pytest

from tests.bench.corpus_scale import HEADER, Measured, exponent, patents, report

SOURCE = [{"title": "一种光刻胶的制备方法", "abstract": "本发明将10份树脂溶解。再加入5份产酸剂。搅拌2小时。"}, {"title": "刻蚀机的腔室", "abstract": "腔室内壁有涂层。涂层厚20微米。其余从略。"}]


def test_repeated_texts_differ_and_the_same_corpus_comes_again() -> None:
    rows = list(patents(SOURCE, [["G03F7/004"], ["H01L21/3065", "C23C4/10"]], 40))
    assert len({row[0] for row in rows}) == 40
    assert len({row[2] for row in rows}) >= 36
    assert {len(row) for row in rows} == {len(HEADER)}
    assert rows == list(patents(SOURCE, [["G03F7/004"], ["H01L21/3065", "C23C4/10"]], 40))


@pytest.mark.parametrize(("first", "last", "power"), [((10, 1.0), (100, 10.0), 1.0), ((10, 1.0), (100, 100.0), 2.0), ((10, 3.0), (40, 3.0), 0.0)])
def test_exponent(first: tuple[int, float], last: tuple[int, float], power: float) -> None:
    assert exponent(first, last) == pytest.approx(power)


def test_report_names_the_growth_of_each_stage() -> None:
    sizes = [Measured(patents=n, seconds={}, cpu={"读取材料": n / 10, "描述主题": 0.1}, peaks={}, total=n / 5, peak_gb=1, units=n, topics=3, placed=n) for n in (10, 100)]
    made = report(sizes)
    assert made["exponent"] == made["exponent_cpu"] or made["exponent"] == 1.0
    assert made["exponent_by_stage_cpu"] == {"读取材料": 1.0}  # what is too short is not judged
