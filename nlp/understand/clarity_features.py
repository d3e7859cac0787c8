"""What a demand's text holds, as a fixed row of numbers: the measure of how clear it is.

The same row is read by the fitted weights (clarity.py) and shown to people as reasons.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.records import Target
from nlp.understand.facet_words import FacetWords
from nlp.understand.layout import ASKED, Layout, Sentence
from nlp.understand.problem import LISTS

__all__ = ["FEATURES", "Evidence", "features", "gather"]

FEATURES = (
    "title_only", "length", "novelty", "sentences", "tasks", "hurdles", "own_share", "asked_length", "figures", "any_figure", "many_figures", "figure_after_must", "targets", "any_target",
    *LISTS, "problem_best", "problem_top3", "problem_density", "study_density", "functions_density", "problem_sentences", "items", "goal_part", "problem_part", "basis_part",
    "checkable_items", "slogan_share", "problem_in_title", "figure_in_title", "economic_figures",
)
_CLAUSES = re.compile(r"[^，,。；;！？\n]+")
_UNIT = (r"(?:[%％‰°℃㎡㎜㎝㎏]|(?:[kKmMgGμuncdhT]?(?:m|g|W|w|V|v|A|Pa|pa|PA|Hz|hz|HZ|L|l|t|N|J|Ω|F|S|B|bit|T|eV|mol|cd|lx|Wh|VA|Ah))(?:[2-4²³⁴]|\b|(?=[\u4e00-\u9fff/·*]))|"
         r"ppm|ppb|rpm|dB|HRC|HB|HV|ms|μs|ns|MHz|nm|MPa|mpa|min|[sh](?![a-zA-Z])|摄氏度|度|级|倍|秒|分钟|小时|天|个月|毫米|微米|纳米|厘米|米|公里|吨|千克|公斤|克|升|毫升|伏|安|瓦|千瓦|兆瓦|"
         r"赫兹|兆帕|帕|分贝|次|周|目|位|通道|像素|英寸|只|件|粒|株|头|亩)")
# from a number's first digit and never back into it: a run of thousands of digits must not cost their square
_NUMBER = r"(?:(?<!\d)\d++(?:\.\d++)?(?:\s*[-~～—–至±]+\s*\d++(?:\.\d++)?)?(?:\s*[×x*]\s*10\S{0,3})?)"
_FIGURE = re.compile(rf"(?:[≥≤＞＜><＝=±]|不低于|不高于|不小于|不大于|大于|小于|高于|低于|超过|优于)\s*{_NUMBER}|{_NUMBER}\s*(?:万|亿|千)?\s*{_UNIT}|百分之[一二三四五六七八九十百\d]+|{_NUMBER}\s*(?:以上|以下|以内)")
_DEMANDED = re.compile(r"[≥≤＞＜><±]|不低于|不高于|不小于|不大于|大于|小于|高于|低于|不少于|不超过|不多于|优于|以上|以下|以内|之内|达到|达|提高|提升|降低|降至|降到|减少|缩短|延长|控制在|目标|要求|误差|指标|需|应|实现|满足|耐|可|级")
_ALREADY = re.compile(r"目前|现有|现在|已有|已经|当前|原来|过去|近年|每年|市场|国外|据统计|公司|占地|注册|传统|常规|通常|一般|我国|全国|投资|年产|产能|累计|成立|历史|拥有|建有")
_MONEY = re.compile(r"元|产值|销售|利润|税|投入|投资|资金|预算|经费")
_DEADLINE = re.compile(r"年内|年以内|个月内|个月以内|年的努力|合同|年底|年产|/年|每年|成本|用工|人工|劳动力|销售|产量|产能|发明专利|论文|培养")
_THINGS = frozenset({"个", "项", "种", "套", "台", "条", "家", "人", "名", "篇", "元", "万元", "亿元", "吨/年", "万吨", "亩", "万亩", "年"})
_SPOILT = re.compile(r"目前|现有|已有|原来|传统|通常|较低|缺点|储存温度|高达|公司|国外|市场|现状")
_DATE = re.compile(r"(?:19|20)\d{2}\s*年|\d+\s*月\s*\d*\s*日?")
_NO_SENTENCE = -6.0  # the score of a text without sentences
_ITEM = re.compile(r"(?:^|[\s。；;：:])(?:[(（]?\d{1,2}[)）.、．]|[①-⑳]|[a-z][)）]|[(（][一二三四五六七八九十]{1,2}[)）])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Counts behind the features, over the parts in which something is asked for (not the firm's own description)."""

    asked: tuple[Sentence, ...]
    counts: Mapping[str, int]
    figures: int
    demanded: int  # figures that a word of demand or comparison stands beside
    economic: int
    targets: int
    items: int
    checkable: int  # numbered items that say what must be
    tasks: int  # sentences that set a piece of work: study words with an object, means or numbering
    problem_sentences: int
    hurdles: int  # sentences that say what does not work, about the thing itself and not about money or markets


def gather(layout: Layout, targets: Sequence[Target], counted: Sequence[Sequence[int]], words: FacetWords) -> Evidence:
    """`counted` holds one row of LISTS a sentence of the layout."""
    asked = tuple(s for s in layout.sentences if s.role in ASKED)
    rows = [dict(zip(LISTS, row, strict=True)) for s, row in zip(layout.sentences, counted, strict=True) if s.role in ASKED]
    numbered = [bool(_ITEM.match(s.text)) for s in asked]
    figures = demanded = economic = 0
    for sentence in asked:
        for clause in _CLAUSES.findall(_DATE.sub("", sentence.text)):
            found = len(_FIGURE.findall(clause))
            if not found:
                continue
            money = bool(_MONEY.search(clause))
            economic += found if money else 0
            current = bool(_ALREADY.search(clause)) and sentence.role != "goal"
            figures += 0 if money or current else found
            demanded += 0 if money or current or not (_DEMANDED.search(clause) or sentence.role == "goal") else found
    return Evidence(
        asked=asked, counts={name: sum(row[name] for row in rows) for name in LISTS}, figures=figures, demanded=demanded,
        economic=economic, targets=sum(_is_technical(t, layout, asked) for t in targets), items=sum(len(_ITEM.findall(s.text)) for s in asked),
        checkable=sum(item and row["must"] > 0 for item, row in zip(numbered, rows, strict=True)),
        tasks=sum(row["study"] > 0 and (item or row["about"] > 0) for item, row in zip(numbered, rows, strict=True)),
        hurdles=sum(row["problem"] > 0 and row["slogans"] == 0 for row in rows),
        problem_sentences=sum(row["problem"] > 0 for row in rows),
    )


def _is_technical(target: Target, layout: Layout, asked: Sequence[Sentence]) -> bool:
    """Not money, not a deadline, not a count of things, and in a part that asks for something."""
    if not any(s.start <= target.start < s.end for s in asked):
        return False
    clause = layout.text[max(0, target.start - 6) : target.end]
    if _MONEY.search(clause) or _DEADLINE.search(clause) or target.unit in _THINGS:
        return False
    sentence = next(s for s in asked if s.start <= target.start < s.end)
    return sentence.role == "goal" or not _SPOILT.search(layout.text[max(sentence.start, target.start - 14) : target.end + 4])


def _novelty(layout: Layout, asked: Sequence[Sentence]) -> float:
    """Pairs of characters that the asked parts add to the title."""
    known = set(zip(layout.title, layout.title[1:], strict=False))
    return float(len({pair for s in asked for pair in zip(s.text, s.text[1:], strict=False)} - known))


def features(layout: Layout, evidence: Evidence, scores: Sequence[float], words: FacetWords) -> tuple[float, ...]:
    """`scores` say of each sentence how much it states a problem. One number for each name of FEATURES; counts are log(1 + n), so that long texts do not drown short ones."""
    length = sum(len(s.text) for s in layout.sentences)
    asked = sum(len(s.text) for s in evidence.asked)
    hundreds = max(asked, 40) / 100
    counts, roles = evidence.counts, {s.role for s in layout.sentences}
    best = sorted(scores, reverse=True)[:3] or [_NO_SENTENCE]
    values = {
        "title_only": float(length < 5), "length": math.log1p(length), "asked_length": math.log1p(asked),
        "novelty": math.log1p(_novelty(layout, evidence.asked)), "sentences": math.log1p(len(evidence.asked)), "tasks": math.log1p(evidence.tasks),
        "hurdles": math.log1p(evidence.hurdles), "own_share": 1 - asked / max(length, 1),
        "figures": math.log1p(evidence.figures), "any_figure": float(evidence.demanded > 0), "many_figures": float(evidence.demanded > 2),
        "figure_after_must": math.log1p(evidence.demanded), "targets": math.log1p(evidence.targets), "any_target": float(evidence.targets > 0),
        **{name: math.log1p(counts[name]) for name in LISTS}, "problem_best": best[0], "problem_top3": sum(best) / len(best),
        "problem_density": counts["problem"] / hundreds, "study_density": counts["study"] / hundreds, "functions_density": counts["functions"] / hundreds,
        "problem_sentences": evidence.problem_sentences / max(len(evidence.asked), 1), "items": math.log1p(evidence.items),
        "goal_part": float("goal" in roles), "problem_part": float("problem" in roles), "basis_part": float("basis" in roles),
        "checkable_items": math.log1p(evidence.checkable), "slogan_share": counts["slogans"] / hundreds,
        "problem_in_title": float(bool(words.clarity["problem"].search(layout.title) or words.clarity["how"].search(layout.title))),
        "figure_in_title": float(bool(_FIGURE.search(layout.title))), "economic_figures": math.log1p(evidence.economic),
    }
    return tuple(values[name] for name in FEATURES)
