"""What stands around a figure: the section it is in and the words of its sentence, as named features."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.understand.quantities import Quantity
from nlp.understand.target_vocabulary import TargetVocabulary

__all__ = ["Section", "features", "sections"]

_NUMBER = r"(?:[（(]?\s?(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s?[）)]|[一二三四五六七八九十]{1,3}\s?[、.．]|\d{1,2}(?:\.\d{1,2})*\s?[、.．)）]{0,2}|[①-⑳]|第[一二三四五六七八九十][，、]?)"
_HEADING = re.compile(
    rf"(?:^|(?<=[\n。；;？?！：:])|(?<=\s\s))[ \t]*[【\[]?(?P<number>{_NUMBER})?[ \t.]*"
    r"(?:(?P<label>[\u4e00-\u9fff、（）()“”/ ]{2,22}?)[】\]]?(?:[：:]|(?=\n)|(?=[。；]))|(?P<item>(?<=[^\s]).))",
    re.MULTILINE,
)
_COUNTED = ("document", "count", "people", "bare", "scale")
_CLAUSE = "，,。；;\n！？?：:"
_SENTENCE = "。\n！？"
_MAX_SENTENCE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """From `start` to the next section's start the text is goal, content, past, title or plain."""

    start: int
    kind: str


def sections(text: str, vocabulary: TargetVocabulary) -> list[Section]:
    """In order; the first starts at 0."""
    found = [Section(start=0, kind=_opening(text))]
    style = ""
    for match in _HEADING.finditer(text):
        number = _style(match["number"])
        closed = text[match.end() : match.end() + 1] in ("。", "；")  # a sentence is a heading only if numbered
        kind = _heading_kind(match["label"] or "", vocabulary) if number or not closed else ""
        if kind:
            found.append(Section(start=match.start(), kind=kind))
            style = number
        elif number and number == style and found[-1].kind != "plain":
            found.append(Section(start=match.start(), kind="plain"))
            style = ""
    first_line = text.find("\n")
    if found[0].kind == "title" and (len(found) == 1 or found[1].start > first_line):
        found.insert(1, Section(start=first_line, kind="plain"))
    return found


def _opening(text: str) -> str:
    """A short first line without an end mark is the title of what follows."""
    line, newline, _ = text.partition("\n")
    return "title" if newline and 0 < len(line) <= 50 and not re.search("[，。；：,:;]", line) else "plain"


def _style(number: str | None) -> str:
    """一、 and 二、 are of one style; so are 1. and 2."""
    return re.sub(r"[①-⑳]", "①", re.sub(r"\d+", "1", re.sub("[一二三四五六七八九十]+", "一", number.strip()))) if number else ""


def _heading_kind(label: str, vocabulary: TargetVocabulary) -> str:
    """past where it names what is there, goal, problem or content; a form's 需求内容及预期目标、现有工作基础 is content."""
    found = {kind: pattern.search(label) for kind, pattern in vocabulary.headings.items()}
    if found["always_past"]:
        return "past"
    goal, past = found["goal"], found["past"]
    if goal and past:
        return "content" if goal.start() < past.start() else "past"
    return next((kind for kind in ("past", "goal", "content", "problem") if found[kind]), "")


def features(text: str, quantities: Sequence[Quantity], vocabulary: TargetVocabulary) -> Iterator[frozenset[str]]:
    """The names of what holds for each quantity, in order; the weights are in target_cues.toml."""
    parts = sections(text, vocabulary)
    starts = [part.start for part in parts]
    for index, quantity in enumerate(quantities):
        section = parts[max(0, bisect_right(starts, quantity.start) - 1)].kind
        said, beside = _of_words(text, quantity, vocabulary), _of_neighbours(text, index, quantities, vocabulary)
        if said & {"now_clause", "now_sentence", "other_clause", "reported"}:
            beside -= {"listed"}  # a list of what is there already
        yield frozenset(_of_quantity(text, quantity) | said | ({section} - {"plain"}) | beside)


def _of_quantity(text: str, quantity: Quantity) -> set[str]:
    names = {quantity.kind}
    if quantity.operator == "range":
        names.add("range")
    if quantity.symbol:
        names.add("symbol")
    elif quantity.after:
        names.add("after_operator")
    elif quantity.operator == "~":
        names.add("about")
    elif quantity.operator and quantity.operator != "range":
        names.add("word_operator")
    if quantity.linked in (":", "："):
        names.add("colon")
    if quantity.hanzi:
        names.add("hanzi")
    return names


def _of_neighbours(text: str, index: int, quantities: Sequence[Quantity], vocabulary: TargetVocabulary) -> set[str]:
    """A figure in brackets or without a gap after another is its condition; so is a bare one before one with an operator."""
    quantity = quantities[index]
    listed = {"listed"} if _is_listed(text, index, quantities) else set()
    if (index and _is_remark(text, quantities[index - 1], quantity)) or _is_bracketed(text, quantity, quantities[index + 1 : index + 2]):
        return {"condition_bracket"}
    if quantity.operator or quantity.linked:
        return listed
    names = {"before_operator"} if _before_operator(text, quantity, quantities[index + 1 : index + 4]) else set()
    around = text[max(0, quantity.lead - 6) : quantity.lead] + "#" + text[quantity.tail : quantity.tail + 5]
    return names | listed | ({"test"} if vocabulary.words["test"].search(around) else set())


def _is_listed(text: str, index: int, quantities: Sequence[Quantity]) -> bool:
    """The figure before or after it, in another clause of the same sentence, has an operator: one line of a specification."""
    for other in (*quantities[max(0, index - 1) : index], *quantities[index + 1 : index + 2]):
        low, high = sorted((quantities[index], other), key=lambda quantity: quantity.start)
        between = text[low.tail : high.lead]
        if other.operator not in (None, "range", "~") and not (other.linked or other.after) and other.lead < other.start and re.search("[，,；;]", between) and not re.search(f"[{_SENTENCE}]", between):
            return True
    return False


def _is_remark(text: str, previous: Quantity, quantity: Quantity) -> bool:
    """In the brackets after another figure, or right behind it: ≤0.2W/(m·K)（600℃）, ≤4%三个月以上."""
    gap = text[previous.tail : quantity.lead]
    if not gap:
        return not quantity.symbol and (quantity.after or not quantity.operator)
    inside = re.fullmatch(r"[^，,。；;\n（）()]{0,6}[（(][^（）()。；;\n]{0,24}", gap) or re.fullmatch(r"[^（）()。；;\n]{0,12}", gap)
    opened = text.rfind("（", max(0, quantity.lead - 60), quantity.lead), text.rfind("(", max(0, quantity.lead - 60), quantity.lead)
    closed = text.rfind("）", max(0, quantity.lead - 60), quantity.lead), text.rfind(")", max(0, quantity.lead - 60), quantity.lead)
    return bool(inside) and max(opened) > max(closed) and text[max(0, max(opened) - 1)] not in "。；;\n" and quantity.linked not in _STATED and _after_figure(text, max(opened))


def _after_figure(text: str, bracket: int) -> bool:
    """A figure stands shortly before this bracket in the same clause."""
    return re.search(r"\d[^，,。；;\n（）()]{0,10}\Z", text[max(0, bracket - 14) : bracket]) is not None


def _is_bracketed(text: str, quantity: Quantity, following: Sequence[Quantity]) -> bool:
    """颗粒（＞0.5μm）数量≤5000: in brackets that qualify the name of what follows."""
    if not following or not following[0].operator:
        return False
    return re.fullmatch(r"[^（(，,。；;\n]{0,6}[）)][^，,。；;\n（(]{0,10}", text[quantity.end : following[0].lead]) is not None


_STATED = ("为", "达到", "达", "是")


def _before_operator(text: str, quantity: Quantity, following: Sequence[Quantity]) -> bool:
    """25℃ 1C循环2000周容量保持率≥80%: a figure with an operator follows in the same clause."""
    for other in following:
        between = text[quantity.tail : other.lead]
        if len(between) > 30 or re.search("[，,。；;\n]", between):
            return False
        if other.operator:
            return True
    return False


def _of_words(text: str, quantity: Quantity, vocabulary: TargetVocabulary) -> set[str]:
    words = vocabulary.words
    whole = text[_back(text, quantity.lead, _CLAUSE) : quantity.lead]
    clause = _COMPARED.sub("", whole)
    sentence = _COMPARED.sub("", text[_back(text, quantity.lead, _SENTENCE) : quantity.lead])
    after = text[quantity.tail : _forward(text, quantity.tail)]
    near = text[quantity.start : quantity.end] + after
    names: set[str] = set()
    if words["change_to"].search(text[max(0, quantity.lead - 6) : quantity.start]):
        names.add("change_to")
    if words["history"].match(after):
        names.add("history")
    named = words["parameter"].search(clause[-8:]) is not None
    if named:
        names.add("parameter")
    elif quantity.kind == "temperature" and not quantity.operator:
        names.add("bare_temperature")
    if quantity.kind == "technical" and not quantity.operator and words["rated"].search(clause):
        names.add("rated")
    if words["work"].search(clause):
        names.add("work")
    operator = text[quantity.lead : quantity.start]
    names |= _last_of(clause + operator, vocabulary, "clause") or _last_of(sentence + operator, vocabulary, "sentence")
    if words["other"].search(clause):
        names.add("other_clause")
    elif words["other"].search(sentence):
        names.add("other_sentence")
    if words["reported"].search(sentence):
        names.add("reported")
    if words["increase"].search(whole[-10:]):
        names.add("increase")
    if quantity.linked and words["reach"].fullmatch(quantity.linked):
        names.add("reach")
    if not quantity.operator and words["better"].fullmatch(quantity.linked):
        names.add("word_operator")
    for name in ("budget", "economic", "calendar"):
        if words[name].search(clause[-12:]):
            names.add(name)
    reach = 12 if quantity.kind in ("document", "people") else 4
    if quantity.kind in _COUNTED and words["deliverable"].search(clause[-reach:] + near[:16]):
        names.add("deliverable")
    if words["condition_after"].match(after) or (words["condition_before"].match(clause.strip()) and _WHEN.match(after)):
        names.add("condition")
    if words["attributive"].match(text, quantity.tail):
        names.add("attributive")
    return names


def _last_of(before: str, vocabulary: TargetVocabulary, where: str) -> set[str]:
    """Which of wanting, working and having was said last: want_clause, now_sentence, …; empty where none was."""
    want, now, work = (max((match.end() for match in vocabulary.words[name].finditer(before)), default=-1) for name in ("want", "now", "work"))
    if want == now == -1:
        return set()
    if want >= now:
        return {f"want_{where}"}
    return {"work_sentence"} if work > now and where == "sentence" else {f"now_{where}"}


def _back(text: str, end: int, marks: str) -> int:
    low = max(0, end - _MAX_SENTENCE)
    for at in range(end - 1, low - 1, -1):
        if text[at] in marks and not (text[at] in "：:" and at >= end - 2):
            return at + 1
    return low


def _forward(text: str, start: int) -> int:
    match = _CLAUSE_END.search(text, start, start + 24)
    return match.start() + 1 if match else min(len(text), start + 24)


# 较现有菌株 and 由目前的290t/h name what is surpassed, not what is
_COMPARED = re.compile(r"(?:在[^，,。；;\n]{1,10}基础上|(?:较|比|与|不低于|优于|相对|相较于?|由|从)[^，,。；;\n]{0,3}?(?:现有|目前|传统|原有|原来|原|现行|当前|国外|国内|进口|同类|市场|常规|普通|一般)[^，,。；;\n]{0,6})")
_WHEN = re.compile(r"[^，,。；;\n]{0,8}?(?:时|下|后|的|中|、)")
_CLAUSE_END = re.compile(f"[{_CLAUSE}]")
