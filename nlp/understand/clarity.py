"""How clear a demand is: hard rules for what asks for no technique or is a title only, two fitted decisions for the rest.

First decision: is there something to check a result by (clear)? Second: is there only a wish or topic (concept), or a
problem or task (vague)? Both are sums of weights over `clarity_features.FEATURES`; the largest addends are the reasons.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import ModelUnavailable
from nlp.records import Clarity, Span, Target
from nlp.understand.clarity_features import FEATURES, Evidence, features, gather
from nlp.understand.facet_words import FacetWords
from nlp.understand.layout import Layout
from nlp.understand.problem import SENTENCE_FEATURES, Decision, count_words, find_problem, sentence_rows

__all__ = ["STAGES", "ClarityWeights", "Verdict", "ask_for_nothing", "judge_clarity", "load_clarity"]

STAGES = ("problem", "clear", "concept")
WEIGHTS_FILE = "weights.json"
_SHORT = 5  # characters; a text below it is a title only
_REACH = 16  # characters behind a word of wishing in which its object stands
_NO_WISH = re.compile("用户需|市场需|客户需|需求量|需求的不断|所需|无需|不需|必需|急需求")
_NO_TECHNIQUE = 60  # a longer body that asks for people or money only is told by its shares instead


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarityWeights:
    problem: Decision  # of a sentence: it states the difficulty
    clear: Decision
    concept: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    clarity: Clarity
    reasons: tuple[str, ...]  # in Chinese
    problem: Span | None = None  # the sentence that states the difficulty; None where there is only a wish or topic


def load_clarity(folder: Path) -> ClarityWeights:
    """Reads weights.json of models/clarity. Raises ModelUnavailable when it is missing or is not of this program's features."""
    remedy = "请从安装包恢复该文件，或运行 luxiantu models build clarity"
    try:
        stages = json.loads((folder / WEIGHTS_FILE).read_text("utf-8"))
        found = {name: Decision(bias=float(stages[name]["bias"]), weights={k: float(v) for k, v in stages[name]["weights"].items()}) for name in STAGES}
    except OSError as error:
        raise ModelUnavailable(folder.name, "没有权重文件", remedy) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailable(folder.name, "权重文件的内容不完整", remedy) from error
    if unknown := {name for decision in found.values() for name in decision.weights} - {*FEATURES, *SENTENCE_FEATURES}:
        raise ModelUnavailable(folder.name, f"权重属于别的版本（{'、'.join(sorted(unknown))}）", remedy)
    return ClarityWeights(problem=found["problem"], clear=found["clear"], concept=found["concept"])


def judge_clarity(layout: Layout, targets: Sequence[Target], words: FacetWords, weights: ClarityWeights) -> Verdict:
    if nothing := ask_for_nothing(layout, words):
        return Verdict(clarity="directionless", reasons=(nothing,))
    body = sum(len(s.text) for s in layout.sentences)
    if body < _SHORT:
        return Verdict(clarity="concept", reasons=("只有标题，没有正文",))
    counts = count_words(layout, words)
    scores = [weights.problem.score(SENTENCE_FEATURES, row) for row in sentence_rows(layout, counts, words)]
    evidence = gather(layout, targets, counts, words)
    row = features(layout, evidence, scores, words)
    if weights.clear.score(FEATURES, row) > 0:
        return Verdict(clarity="clear", reasons=tuple(_clear(evidence)), problem=find_problem(layout, scores))
    if weights.concept.score(FEATURES, row) > 0:
        return Verdict(clarity="concept", reasons=tuple(_concept(evidence)))
    return Verdict(clarity="vague", reasons=tuple(_vague(evidence)), problem=find_problem(layout, scores))


# ---- hard rules ---------------------------------------------------------------------------


def ask_for_nothing(layout: Layout, words: FacetWords) -> str | None:
    """Why a text asks for no technique: people, money or buyers only, or the own product advertised; None where it does."""
    body = "\n".join(s.text for s in layout.sentences)
    lists = words.clarity
    other = {name: len(lists[name].findall(body)) for name in ("talent", "funds", "sales")}
    bare = body
    for name in other:
        bare = lists[name].sub("", bare)
    technical = sum(len(lists[name].findall(bare)) for name in ("study", "improve", "how", "properties", "strong_problem", "functions"))
    asks = len(lists["wish"].findall(bare)) + len(lists["problem"].findall(bare)) + len(lists["how"].findall(bare))
    names = {"talent": "人才", "funds": "资金", "sales": "销售与推广"}
    if sum(other.values()) and technical == 0 and len(body) <= _NO_TECHNIQUE:
        return f"只提出{'、'.join(names[n] for n, k in other.items() if k)}方面的需要，没有技术内容"
    if wished := _wished(layout, words):
        return f"只希望得到{'、'.join(names[n] for n in wished)}，没有提出技术需要"
    if other["funds"] >= 2 and technical <= 1:
        return "只提出资金方面的需要，没有技术内容"
    if other["sales"] >= 3 and asks == 0 and not any(s.role in {"need", "goal", "problem"} for s in layout.sentences):
        return "介绍自有产品或成果，没有提出技术需要"
    return None


def _wished(layout: Layout, words: FacetWords) -> list[str]:
    """The kinds of help that are not technical, if every wish of the text is for one of them; else nothing."""
    if any(s.role in {"need", "goal", "problem"} for s in layout.sentences):
        return []
    kinds: list[str] = []
    for sentence in layout.sentences:
        wishes = [m for m in words.clarity["wish"].finditer(sentence.text) if not _NO_WISH.search(sentence.text[max(0, m.start() - 3) : m.end() + 1])]
        if not wishes:
            continue
        object_ = sentence.text[wishes[0].end() : wishes[0].end() + _REACH]
        found = [name for name in ("funds", "sales") if words.clarity[name].search(object_)]
        if not found or words.clarity["how"].search(sentence.text):
            return []
        kinds += found
    return list(dict.fromkeys(kinds))


# ---- reasons ------------------------------------------------------------------------------


def _clear(evidence: Evidence) -> list[str]:
    reasons = []
    if evidence.targets or evidence.demanded:
        reasons.append(f"有可核对的指标：{max(evidence.targets, evidence.demanded)} 处数值要求")
    if evidence.counts["standard"]:
        reasons.append("写明须符合的标准或评价要求")
    if evidence.checkable >= 2 or not reasons:
        reasons.append(f"逐条写明功能或要求（{max(evidence.checkable, 1)} 条），可以据以验收")
    return reasons


def _vague(evidence: Evidence) -> list[str]:
    what = f"说明了具体问题（{evidence.hurdles} 句）" if evidence.hurdles else f"提出了具体任务（{evidence.tasks} 句）" if evidence.tasks else "提出了要做的事"
    lacks = "只有经济或产量方面的数值，缺少技术指标" if evidence.economic and not evidence.targets else (
        "数值少或不能据以验收" if evidence.targets or evidence.demanded else "没有可核对的技术指标")
    return [what, lacks]


def _concept(evidence: Evidence) -> list[str]:
    reasons = ["只有愿望或题目，没有说明要解决的技术问题"]
    if evidence.counts["slogans"] >= 3:
        reasons.append("以背景、意义和口号为主")
    return [*reasons, "没有可核对的技术指标"]
