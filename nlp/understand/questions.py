"""For each fail or unknown a polite question to the submitter. A number in it stands in the submission or in the notice's sentence."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InvalidSetting
from nlp.records import RuleVerdict

__all__ = ["Question", "Wording", "ask", "load_wording", "stray_numbers"]

_OPTIONAL = re.compile(r"〔([^〕]*)〕")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GENERAL = ("opening", "closing", "title", "salutation_unknown", "notice_says", "signature", "date_line")
_EVIDENCE = 120  # a longer passage is not repeated: cut anywhere, a figure could become another figure
_CHINESE_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百千][零〇一二两三四五六七八九十百千万亿]*(?=[项个条份年月日倍家次元字])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    submission_id: str
    rule: str
    quote: str  # the notice's sentence, shown above the question
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """general: fixed sentences of the letter; rules: (rule, verdict) -> template with {evidence} and {quote}."""

    general: Mapping[str, str]
    rules: Mapping[tuple[str, str], str]
    headings: Mapping[str, str]  # of a rule's column in triage.xlsx


def load_wording(path: Path) -> Wording:
    """Reads question_wording.toml. Raises InvalidSetting for a file that cannot be used, or a template that holds a digit."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        rules = {(rule, verdict): str(text) for rule, texts in table["rule"].items() for verdict, text in texts.items()}
        general = {name: str(table["general"][name]) for name in _GENERAL}
        headings = {name: str(text) for name, text in table["heading"].items()}
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"无法读取（{error}）", "请恢复该文件，或从安装包中复制一份") from error
    except (KeyError, AttributeError) as error:
        raise InvalidSetting(path.name, f"缺少或写错了 {error}", "请对照安装包中的同名文件修改") from error
    for name, text in (*general.items(), *((f"{rule}.{verdict}", text) for (rule, verdict), text in rules.items())):
        if _NUMBER.search(text) or _CHINESE_NUMBER.search(text):
            raise InvalidSetting(path.name, f"{name} 的措辞里写了数字", "问句中的数字只能来自通知原句和材料原文，请删去")
    return Wording(general=general, rules=rules, headings=headings)


def ask(verdicts: Iterable[RuleVerdict], body: str, *, wording: Wording, hide: Callable[[str], str] = str) -> tuple[Question, ...]:
    """In the rules' order, each question once. `body` is what the evidence refers to; `hide` masks personal data in it.

    A rule that could not be read gives no question: staff, not the submitter, must look at it.
    """
    asked: dict[str, Question] = {}
    for verdict in verdicts:
        template = wording.rules.get((verdict.rule, verdict.verdict))
        if verdict.verdict != "pass" and template:
            text = _filled(template, verdict, body, hide)
            asked.setdefault(text, Question(submission_id=verdict.submission_id, rule=verdict.rule, quote=verdict.quote, text=text))
    return tuple(asked.values())


def _filled(template: str, verdict: RuleVerdict, body: str, hide: Callable[[str], str]) -> str:
    span = verdict.evidence
    said = " ".join(body[span.start : span.end].split()) if span else ""
    evidence = hide(said) if 0 < len(said) <= _EVIDENCE else ""
    optional = _OPTIONAL.sub(lambda m: "" if "{evidence}" in m[1] and not evidence else m[1], template)
    return optional.replace("“{evidence}”", f"“{evidence}”" if evidence else "有的字样").replace("{evidence}", evidence).replace("{quote}", verdict.quote)


def stray_numbers(question: Question, body: str) -> list[str]:
    """Numbers of a question that neither the submission nor the notice's sentence holds; always empty, and tested."""
    known = {*_NUMBER.findall(" ".join(body.split())), *_NUMBER.findall(question.quote)}
    chinese = _CHINESE_NUMBER.findall(body + question.quote)
    return [n for n in _NUMBER.findall(question.text) if n not in known] + [n for n in _CHINESE_NUMBER.findall(question.text) if n not in chinese]
