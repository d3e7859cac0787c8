from pathlib import Path

import pytest

from nlp.errors import InvalidSetting
from nlp.records import RuleVerdict, Span
from nlp.understand.questions import Question, ask, load_wording, stray_numbers
from nlp.understand.rules import RULE_NAMES, check
from tests.nlp.understand.rule_gold import ROOT, VOCABULARY, cases, rules_of, sample

PATH = ROOT / "corpora" / "lexicons" / "question_wording.toml"
WORDING = load_wording(PATH)
BODY = "填补空白的检测设备\n检测灵敏度≤25 nm，联系人张三13800000000。"


def verdict(rule: str, outcome: str = "fail", evidence: Span | None = None, quote: str = "名称中不得出现“填补空白”字样") -> RuleVerdict:
    return RuleVerdict(submission_id="S", rule=rule, quote=quote, verdict=outcome, reason="", evidence=evidence)


def test_a_question_shows_the_words_it_is_about() -> None:
    (question,) = ask([verdict("title_without", evidence=Span(start=0, end=4))], BODY, wording=WORDING)
    assert question.text == "需求名称中“填补空白”属于通知不允许出现的字样，烦请改用反映研究对象的客观表述。"
    assert question.quote == "名称中不得出现“填补空白”字样"


def test_without_evidence_the_bracketed_part_goes() -> None:
    (question,) = ask([verdict("targets_at_least")], BODY, wording=WORDING)
    assert "“”" not in question.text and "〔" not in question.text and "{" not in question.text


def test_what_passes_or_could_not_be_read_is_not_asked() -> None:
    assert ask([verdict("title_without", "pass"), verdict("unreadable", "unknown")], BODY, wording=WORDING) == ()


def test_personal_data_in_evidence_are_masked() -> None:
    span = Span(start=BODY.index("检测灵敏度"), end=len(BODY))
    (question,) = ask([verdict("targets_at_least", evidence=span)], BODY, wording=WORDING, hide=lambda text: text.replace("13800000000", "＊" * 11))
    assert "13800000000" not in question.text and "＊" in question.text


def test_every_rule_has_a_question_for_failing_and_a_heading() -> None:
    for name in RULE_NAMES - {"unreadable"}:
        assert (name, "fail") in WORDING.rules, name
        assert name in WORDING.headings, name


def test_no_number_is_asked_that_nobody_wrote() -> None:
    taken = sample()
    rules, asked = rules_of(taken), 0
    for case, _ in cases(taken):
        for pack in rules.values():
            for question in ask(check(case, pack, vocabulary=VOCABULARY), case.body, wording=WORDING):
                assert stray_numbers(question, case.body) == [], question.text
                asked += 1
    assert asked > 200


def test_a_stray_number_is_seen() -> None:
    question = Question(submission_id="S", rule="x", quote="不少于5项", text="请补充到5项或八项，例如≤25 nm、30 nm")
    assert stray_numbers(question, BODY) == ["30", "八"]


@pytest.mark.parametrize("text", ["请补充到5项", "请在三年内完成"])
def test_wording_with_a_number_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "question_wording.toml"
    path.write_text(PATH.read_text("utf-8").replace("烦请填写需求名称。", text), "utf-8")
    with pytest.raises(InvalidSetting, match="措辞里写了数字"):
        load_wording(path)
