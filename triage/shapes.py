"""What a row of the queue holds besides its columns, and what a clerk may ask for; checked by pydantic at both ends."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from nlp.records import Verdict

__all__ = ["MAKES", "Action", "Check", "Crop", "Decide", "Detail", "Fact", "Mark", "MarkKind", "Neighbour", "Opinion", "Part", "PartAsked", "Question",
           "SegmentGuess", "Short", "State"]


def printable(text: str) -> str:
    """Refuses what no clerk types and PostgreSQL cannot hold: NUL and other control characters, halves of surrogate pairs."""
    if any((ord(c) < 32 and c not in "\n\t\r") or 0xD800 <= ord(c) < 0xE000 for c in text):
        raise ValueError("含有不可见的控制字符")
    return text


Short = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), AfterValidator(printable)]
Opinion = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True), AfterValidator(printable)]
Long = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(printable)]


class State(StrEnum):
    WAITING = "待处理"
    ACCEPTED = "已接收"
    RETURNED = "待补正"
    SPLIT = "已拆分"
    MERGED = "已合并"
    FORWARDED = "已转出"
    REFUSED = "不予受理"
    REPLACED = "旧版本"  # the same submission came again
    WITHDRAWN = "已撤回"  # a part of a split that was undone


class Action(StrEnum):
    """What a clerk decides; the words of triage.xlsx, and two that change no state."""

    ACCEPT = "接收"
    RETURN = "退回补正"
    SPLIT = "拆分"
    MERGE = "合并到"
    RECLASSIFY = "改环节"
    FORWARD = "转其他渠道"
    REFUSE = "不予受理"
    ASSIGN = "指派专家"


MAKES = {Action.ACCEPT: State.ACCEPTED, Action.RETURN: State.RETURNED, Action.SPLIT: State.SPLIT, Action.MERGE: State.MERGED,
         Action.FORWARD: State.FORWARDED, Action.REFUSE: State.REFUSED}

MarkKind = Literal["object", "problem", "target", "benchmark", "period", "money", "foreign", "change"]


class Stored(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Mark(Stored):
    """A highlighted part of title + "\\n" + text, end exclusive."""

    kind: MarkKind
    start: int
    end: int
    note: str = ""


class Fact(Stored):
    """A field of the form, or what was read from the text, and where it stands."""

    label: str
    value: str
    source: str
    start: int | None = None
    end: int | None = None


class Crop(Stored):
    """A piece of a scan beside what was recognised in it; pieces with personal data were never kept."""

    file: str  # crops/<first 8 of the file's sha256>/p1-b3.png, below outputs/state
    label: str  # as of a Fact
    text: str
    sure: float
    location: str


class Check(Stored):
    heading: str
    verdict: Verdict
    reason: str
    quote: str
    start: int | None = None
    end: int | None = None


class Neighbour(Stored):
    ident: str
    kind: Literal["本批", "外省", "历史项目"]
    label: str
    score: float
    title: str
    region: str
    differences: tuple[str, ...] = ()


class SegmentGuess(Stored):
    segment: str
    score: float


class Question(Stored):
    rule: str
    quote: str
    text: str


class Part(Stored):
    title: str
    text: str


class Detail(Stored):
    source_file: str
    source_location: str
    form_id: str  # submission_id of the form, where a form holds several demands the row has the demand's
    complete: float
    missing: tuple[str, ...] = ()
    clarity: str = "未判定"
    clarity_reasons: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    marks: tuple[Mark, ...] = ()
    checks: tuple[Check, ...] = ()
    segments: tuple[SegmentGuess, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    questions: tuple[Question, ...] = ()
    parts: tuple[Part, ...] = ()
    crops: tuple[Crop, ...] = ()
    changes: tuple[str, ...] = ()  # against the version before


class PartAsked(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    title: Annotated[Short, Field(min_length=1)]
    text: Long = ""


class Decide(BaseModel):
    """A decision as the page sends it. row_version is that of the row the clerk was looking at."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    action: Action
    row_version: int = Field(ge=1)
    merge_into: Short | None = None
    segment: Short | None = None
    channel: Short | None = None
    expert: Short | None = None
    opinion: Opinion = ""
    questions: tuple[Opinion, ...] = Field(default=(), max_length=60)
    parts: tuple[PartAsked, ...] = Field(default=(), max_length=20)
