import pytest

from nlp.parse.ticks import chosen, is_options
from tests.nlp.parse.lexicons import synonyms


@pytest.mark.parametrize(
    ("value", "options"),
    [
        ("☑企业  □高等院校  □科研院所", "企业"), ("□独立研发 ■合作研发 ■委托研发", "合作研发、委托研发"), ("○是 ●否", "否"), ("企业☑ 高校□ 院所□", "企业"),
        ("是□　否√", "否"), ("（√）企业（ ）高校", "企业"), ("企业（√） 高校（ ）", "企业"), ("[√]新材料 [ ]装备", "新材料"), ("√企业 高校 院所", "企业"),
        ("企业 高校√ 院所", "高校"), ("□企业 □高校", ""), ("☑其他：____ □无", "其他："), ("合作研发", "合作研发"), ("√新材料", "新材料"), ("□1年 ☑2年 □3年", "2年"),
        ("类型：□甲 ☑乙", "乙"), ("☒是 ☐否", "是"),
    ],
)  # fmt: skip
def test_chosen(value: str, options: str) -> None:
    assert chosen(value, synonyms()).rstrip("：") == options.rstrip("：")


def test_prose_with_a_box_in_it_is_no_line_of_options() -> None:
    assert not is_options("现有产品采用□50mm基板，在三百摄氏度下翘曲明显，须改进材料体系，并且缩短工艺周期；现场返修率高，须更换胶层材料体系", synonyms())
    assert is_options("☑卡脖子技术 □国产化替代 □其他", synonyms())
