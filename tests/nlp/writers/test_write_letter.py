import io
from datetime import date

import docx

from nlp.readers import read
from nlp.understand.questions import Question, load_wording
from nlp.writers.letter import Letter, write
from tests.nlp.understand.rule_gold import ROOT

WORDING = load_wording(ROOT / "corpora" / "lexicons" / "question_wording.toml")


def question(text: str, quote: str) -> Question:
    return Question(submission_id="S", rule="x", quote=quote, text=text)


LETTER = Letter(organisation="示例公司\u202e", title="=1+1 加热盘", general=WORDING.general,
                questions=(question("烦请补充甲。", "指标不少于5项"), question("烦请补充乙。", "须明确对标"), question("烦请补充丙。", "指标不少于5项")))


def test_the_letter_says_everything_once_and_in_order() -> None:
    lines = [p.text for p in docx.Document(io.BytesIO(write(LETTER, date(2024, 5, 1)))).paragraphs]
    assert lines[0] == "关于补正技术需求材料的函"
    assert lines[1] == "示例公司："
    assert lines[2].startswith("贵单位提交的《=1+1 加热盘》收悉。")
    assert lines[3:8] == ["通知要求：“指标不少于5项”", "烦请补充甲。", "烦请补充丙。", "通知要求：“须明确对标”", "烦请补充乙。"]


def test_no_digit_but_those_of_the_notice_and_the_form() -> None:
    text = "".join(p.text for p in docx.Document(io.BytesIO(write(LETTER, date(2024, 5, 1)))).paragraphs)
    assert [c for c in text if c.isdigit()] == list("115")


def test_our_own_reader_reads_it() -> None:
    document = read("letter.docx", write(LETTER, date(2024, 5, 1)))
    assert any("烦请补充乙。" in block.text for block in document.blocks)


def test_same_letter_same_bytes() -> None:
    assert write(LETTER, date(2024, 5, 1)) == write(LETTER, date(2024, 5, 1))


def test_fonts_are_set_for_chinese() -> None:
    styles = docx.Document(io.BytesIO(write(LETTER, date(2024, 5, 1)))).styles.element.xml
    assert 'w:eastAsia="宋体"' in styles and 'w:eastAsia="黑体"' in styles
