import pytest

from nlp.evidence import Sources
from nlp.evidence.rules import any_word
from nlp.evidence.statements import PROFILES, says
from nlp.records import Patent, SubstitutionProfile
from tests.nlp.evidence.samples import RULES, demand, facts_of, patent

WORDS = RULES.statements


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("供应商去年起停止供货，产线等米下锅", "cut_off", True),
        ("该型号已列入出口管制", "cut_off", True),
        ("为防止被断供而提前布局", "cut_off", False),  # taken back before
        ("存在停止服务的可能", "cut_off", False),  # taken back after
        ("一旦停止供货将无法生产", "cut_off", False),
        ("目前仅有一家国外企业供应", "single", True),
        ("打破独家垄断", "single", False),
        ("国内已有多家供应商", "single", False),
    ],
)
def test_says(text: str, kind: str, said: bool) -> None:
    assert says(text, any_word(getattr(WORDS, kind)), any_word(WORDS.not_before), any_word(WORDS.not_after)) is said


FOREIGN = [patent(i, holder=f"外{i % 3}", country="日本") for i in range(9)] + [patent(9, holder="内", country="中国")]


@pytest.mark.parametrize(
    ("texts", "dependent", "patents", "profile"),
    [
        (["国外已停止供货", "仅有一家供应商"], None, [], SubstitutionProfile.CUT_OFF),  # the worst wins
        (["仅有一家供应商"], True, [], SubstitutionProfile.SINGLE),
        ([""], None, [patent(i, holder="外", country="日本") for i in range(6)], SubstitutionProfile.SINGLE),  # one holder has all
        (["", ""], True, [], SubstitutionProfile.CONCENTRATED),  # two organisations depend on imports
        (["存在断供风险"], None, [], SubstitutionProfile.CONCENTRATED),
        ([""], None, FOREIGN, SubstitutionProfile.CONCENTRATED),  # 9 of 10 abroad: Wilson 0.60 at least
        ([""], True, [], SubstitutionProfile.REPLACEABLE),
        (["没有提到"], False, [], SubstitutionProfile.NO_DATA),
    ],
)
def test_the_worst_attribute_with_evidence_decides(texts: list[str], dependent: bool | None, patents: list[Patent], profile: SubstitutionProfile) -> None:
    found = facts_of(Sources(demands=[demand(i, f"单位{i}", text=t, dependent=dependent) for i, t in enumerate(texts)], patents=patents))
    level = int(found["substitution_level"].value) if "substitution_level" in found else 0
    assert PROFILES[level] == profile


def test_statements_count_organisations_not_repeats() -> None:
    found = facts_of(Sources(demands=[demand(i, "甲", text="已断供", dependent=True) for i in range(5)]))
    assert (found["cut_off"].value, found["dependence"].value) == (1, 1)
    assert found["dependence_share"].value == 1.0
