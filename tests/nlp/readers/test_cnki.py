from pathlib import Path

import pytest

from nlp.readers import read
from tests.nlp.parse.lexicons import parsed

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "patents" / "cnki_export.txt"
EXPORT = """[1]王甲,李乙. 一种键合胶[P]. 上海：CN100000001A,2018-08-31.

[2]A.B.史密斯,C·琼斯. [3,2-c]类化合物在抛光中的用途[P]. 美国：CN100000002A,2019-01-02.
[3]张丙. 晶圆减薄装置[P]. CN100000003U,2020.
[4]李丁. 键合界面的研究[J]. 材料学报,2019,(2):1-5.
"""


def test_entries_become_patents_and_persons_are_no_applicants() -> None:
    found = parsed("a.txt", EXPORT)
    assert [(p.patent_id, p.country, p.province, p.year, p.first_applicant) for p in found.patents] == [
        ("CN100000001A", "中国", "上海", 2018, None),
        ("CN100000002A", "美国", "未知", 2019, None),
        ("CN100000003U", None, "未知", 2020, None),
    ]
    assert [p.title for p in found.patents] == ["一种键合胶", "[3,2-c]类化合物在抛光中的用途", "晶圆减薄装置"]
    assert [(r.location, r.reason) for r in found.rejected] == [("[4]", "题录的文献类型是 [J]，不是专利")]


def test_other_text_stays_text() -> None:
    assert [b.text for b in read("a.txt", "第一段\n[1] 注释\n".encode()).blocks] == ["第一段", "[1] 注释"]
    assert [b.text for b in read("a.txt", "只有一段".encode()).blocks] == ["只有一段"]


@pytest.mark.real
def test_every_real_entry_is_read() -> None:
    if not SHARED.exists():
        pytest.skip("没有 ../shared 的真实数据")
    found = parsed("a.txt", SHARED.read_bytes())
    assert len(found.patents) == 500 and not found.rejected and all(p.country for p in found.patents)
