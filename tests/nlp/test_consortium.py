from nlp.consortium import suggest_partners
from nlp.records import Project
from tests.nlp.evidence.samples import demand, patent
from tests.nlp.test_gates import RULES


def project(number: int, organisation: str, region: str) -> Project:
    return Project(project_id=f"j{number}", title="", organisation=organisation, region=region, year=None, status=None, text="", source_file="f", source_location="l")


def test_demand_in_one_province_and_strength_in_others_make_a_consortium() -> None:
    """DOMAIN N3: demand in 安徽, patents in 上海, projects in 江苏."""
    found = suggest_partners("t", [demand(1, "皖企", "安徽"), demand(2, "皖企", "安徽")], [patent(1, holder="沪企", country="中国", province="上海"), patent(2, holder="外企", country="日本")],
                             [project(1, "苏院", "江苏")], RULES.consortium)
    assert [(p.role, p.organisation, p.region, p.n, p.suggested) for p in found] == [
        ("demand", "皖企", "安徽", 2, True), ("patent", "沪企", "上海", 1, True), ("project", "苏院", "江苏", 1, True)]
    assert found[0].source_ids == ("d1", "d2")


def test_a_holder_in_a_new_province_goes_before_a_larger_one_next_door() -> None:
    patents = [patent(i, holder="沪甲", country="中国", province="上海") for i in range(3)] + [patent(9, holder="浙乙", country="中国", province="浙江")]
    found = {p.organisation: p.suggested for p in suggest_partners("t", [demand(1, "沪企", "上海")], patents, [], RULES.consortium)}
    assert found == {"沪企": True, "沪甲": False, "浙乙": True}


def test_no_consortium_within_one_province() -> None:
    found = suggest_partners("t", [demand(1, "沪企", "上海")], [patent(1, holder="沪院", country="中国", province="上海")], [], RULES.consortium)
    assert [p.suggested for p in found] == [False, False]


def test_who_names_no_place_is_listed_and_not_proposed() -> None:
    found = suggest_partners("t", [demand(1, "甲", "未知"), demand(2, "乙", "上海")], [patent(1, holder="丙", country="中国", province="江苏")], [], RULES.consortium)
    assert {p.organisation: p.suggested for p in found} == {"甲": False, "乙": True, "丙": True}
