"""The figures that a submitter demands of the result (考核指标), told from background figures.

Every figure of the text is read (`quantities`), described by what stands around it (`target_context`), and kept when
the weights of target_cues.toml add up to more than 0. Name, operator and condition are then read around it.
"""

import re
from collections.abc import Iterator, Sequence

from nlp.records import Operator, Target
from nlp.understand.quantities import Quantity
from nlp.understand.target_context import features
from nlp.understand.target_vocabulary import TargetVocabulary, load_target_vocabulary

__all__ = ["TargetVocabulary", "find_targets", "is_baseline", "load_target_vocabulary", "name_before", "score"]

_BREAK = re.compile(r"[，,。；;\n！？?（(：:]")
_LEADING = re.compile(
    r"^(?:\s|[、）)】\]“”\"'·●◆■□•*-]|\d{1,2}[、.．)）](?!\d)|[①-⑳]|并且|并(?![行联发网])|且|其中|其|使得|使(?!用)|将|把|对(?![准称位焊比流数])|要求|需要|需|应(?![力变用答急])|可(?![靠用见重溶])|能够|能(?![效耗量源级])|实现|满足|达到|预期|预计|希望|保证|确保|同时|以及|及|和|与|从而|最终)+"
)
_TRAILING = re.compile(
    r"(?:\s|[：:（(“\"]|达到|达|在|为|是|可|约|要|需|应|能|不|从|由|至|到|控制|保持|均|分别|提高|提升|增加|降低|减少|缩短|延长|下降|节约|的|了|将|不得|同比|小|大)+$"
)
_BASELINE = re.compile(r"[^，,。；;\n]{0,8}?(?:[提增升降减缩压延扩变改][高升加长大低少小短]?|上升|下降|压缩|提速|优化|改善|拓展)[到至为]")
_COMPARED = re.compile(
    r"(?:与|同|和)[^，,。；;\n]{1,20}?相比|(?:相较于?|较|比(?!例|重|表|较|值|率|强))[^，,。；;\n]{1,14}?(?=降低|提高|减少|增加|提升|下降|缩短|节|高|低|延长)"
)
_CONDITION = re.compile(r"(?:在|当)[^，,。；;\n]{2,24}(?:条件下|环境下|情况下|工况下|状态下|时|下)(?=[，,]?)")
_EACH = re.compile(r"每[一-龥A-Za-z]{1,3}\Z")
_FROM = re.compile(r"(?:由|从|自)[^，,。；;\n]{0,8}\Z")
_BRACKET = re.compile(r"\s?[（(](?P<inside>[^（）()\n]{1,24})[)）]")
_REMARK = re.compile(r"\s?[（(][^（）()\n]{1,12}[)）]\s*\Z")  # 套刻精度（3σ）优于
_NAME_LENGTH = 24


def find_targets(demand_id: str, text: str, *, vocabulary: TargetVocabulary) -> list[Target]:
    """In order of offset; offsets refer to `text`. A change from A to B gives B."""
    quantities = vocabulary.reader.read(text)
    kept = [
        (index, found)
        for index, (quantity, found) in enumerate(zip(quantities, features(text, quantities, vocabulary), strict=True))
        if score(found, vocabulary) > 0 and not is_baseline(text, quantity, quantities[index + 1 : index + 2])
    ]
    return list(_targets(demand_id, text, quantities, [index for index, _ in kept], vocabulary))


def score(found: frozenset[str], vocabulary: TargetVocabulary) -> float:
    """Above 0: a target. The sum of the weights of the features, and the bias."""
    total = vocabulary.weights["bias"] + sum(vocabulary.weights.get(name, 0.0) for name in found)
    return round(total, 6)  # the order of a set differs from run to run, and with it the last digit of the sum


def is_baseline(text: str, quantity: Quantity, following: Sequence[Quantity]) -> bool:
    """The A of 由A提升至B."""
    match = _BASELINE.match(text, quantity.tail)
    return bool(match and following and following[0].start - match.end() <= 4)


def _targets(demand_id: str, text: str, quantities: Sequence[Quantity], kept: Sequence[int], vocabulary: TargetVocabulary) -> Iterator[Target]:
    for index in kept:
        quantity = quantities[index]
        floor = quantities[index - 1].tail if index else 0
        start, name = name_before(text, quantity, floor)
        condition = _condition(text, quantity, floor)
        if index and is_baseline(text, quantities[index - 1], [quantity]):
            before = quantities[index - 1]
            start, name = floor, name_before(text, before, quantities[index - 2].tail if index > 1 else 0)[1]
            condition = condition or _from(text, before)
            name = (_FROM.sub("", name) or None) if name else None
        yield Target(
            demand_id=demand_id, name=name, operator=_operator(text, quantity, name, _former(text, quantities, index), vocabulary), low=quantity.low, high=quantity.high,
            unit=quantity.unit, condition=condition, start=start, end=max(quantity.end, quantity.tail),
        )


def _from(text: str, baseline: Quantity) -> str | None:
    """由目前的82%, the words that lead to the A of 由A提升至B included."""
    match = _FROM.search(text, max(0, baseline.start - 10), baseline.start)
    return text[match.start() : baseline.tail] if match else None


def name_before(text: str, quantity: Quantity, floor: int) -> tuple[int, str | None]:
    """Where the expression begins and what is measured: the words of its clause before the operator."""
    end = quantity.lead
    stripped = _REMARK.sub("", text[floor:end].rstrip(" ：:（("))
    end = floor + len(stripped)
    begin = max((match.end() for match in _BREAK.finditer(text, floor, end)), default=floor)
    begin = max(begin, end - _NAME_LENGTH)
    lead = _LEADING.match(text[begin:end])
    begin += lead.end() if lead else 0
    name = _TRAILING.sub("", text[begin:end])
    return (begin, name) if name else (quantity.lead, None)


def _former(text: str, quantities: Sequence[Quantity], index: int) -> Quantity | None:
    """The figure of the same unit just before it in the sentence: what it was (目前0.28mm，期望做到0.18mm)."""
    if not index:
        return None
    before, quantity = quantities[index - 1], quantities[index]
    same = before.unit == quantity.unit and not before.symbol and not re.search("[。；;\n]", text[before.tail : quantity.lead])
    return before if same else None


def _operator(text: str, quantity: Quantity, name: str | None, former: Quantity | None, vocabulary: TargetVocabulary) -> Operator:
    if quantity.operator:
        return quantity.operator
    if text.startswith("级", quantity.end) and quantity.unit[-1:] in "万亿":
        return "~"
    before = text[max(0, quantity.start - 8) : quantity.start].rstrip(" （(约")
    words = vocabulary.words
    if any(match.end() == len(before) for match in words["decrease_to"].finditer(before)):
        return "<="
    before = before.rstrip("在为")
    if quantity.linked and (words["reach"].fullmatch(quantity.linked) or any(m.end() == len(before) for m in words["reach"].finditer(before))):
        smaller = quantity.low < former.low if former else bool(name and words["smaller_is_better"].search(name))
        return "<=" if smaller else ">="
    return "="


def _condition(text: str, quantity: Quantity, floor: int) -> str | None:
    sentence = text[max(floor, quantity.lead - 60) : quantity.lead]
    if (match := _BRACKET.match(text, quantity.tail)) and re.search(r"\d", match["inside"]):
        return match["inside"].strip()
    if each := _EACH.search(text, quantity.lead, quantity.start) or _EACH.search(sentence):
        return each[0]
    for pattern in (_CONDITION, _COMPARED):
        if found := list(pattern.finditer(sentence)):
            return found[-1][0]
    return None
