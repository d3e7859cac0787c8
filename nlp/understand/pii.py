"""Personal data in a text: found by shape, check digit, label and neighbours, and masked without moving an offset.

Not personal: patent numbers, credit codes, project numbers, DOIs, budgets, standards, named experts who are no contacts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from nlp.records import PiiMention, Span
from nlp.understand.pii_numbers import id_cards, landlines, mobiles
from nlp.understand.pii_words import PiiWords

__all__ = ["MASK", "find_pii", "mask"]

MASK = "＊"
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20, 0x09: 0x20}
_AT = r"(?:[ ]?@[ ]?|[ ]?[(\[{][ ]?(?:at|@)[ ]?[)\]}][ ]?|[ ]at[ ]|#)"
_DOT = r"(?:[ ]?[.。,·][ ]?|[ ]?[(\[][ ]?(?:dot|\.)[ ]?[)\]][ ]?|[ ]dot[ ])"
_TOP = r"(?:com|cn|net|org|edu|gov|ac|io|co|info|biz|top|vip|xyz|tech|me|cc|hk|tw|jp|de|uk|us|eu|kr|sg|au|ca|fr|ru|in|asia|wang|ltd|group|mil|int)"
_EMAIL = re.compile(rf"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{{0,63}}{_AT}(?:[A-Za-z0-9-]{{1,63}}{_DOT}){{1,5}}{_TOP}(?![A-Za-z0-9-])", re.IGNORECASE)
_EMAIL_SPACED = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z0-9] ?){3,30}@ ?(?:[A-Za-z0-9] ?){2,12}\. ?(?:com|cn|net|org)(?![A-Za-z])", re.IGNORECASE)
_PLAIN_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,10}(?![A-Za-z0-9-])")
_HAN = re.compile(r"[\u4e00-\u9fff㐀-䶿]+")
_LATIN_NAME = re.compile(r"[A-Z][a-z]+(?:[ ·-][A-Z]\.?)?(?:[ ·-][A-Z][a-z]+){1,2}(?![A-Za-z])|[A-Z]{2,12}[ ,]+[A-Z][A-Za-z]{1,15}(?![A-Za-z])")
_ONE_WORD = re.compile(r"[\u4e00-\u9fff]?[A-Z][a-z]{2,11}(?![A-Za-z0-9])")
_DOTTED_NAME = re.compile(r"[\u4e00-\u9fff]{1,6}(?:[·•・．][\u4e00-\u9fff]{1,6}){1,3}")
_BRACKETED = re.compile(r"[ ]?\((?P<name>[\u4e00-\u9fff]{2,4})\)")
_GAP = re.compile(r"[ ]{0,3}")
_NEXT_NAME = re.compile(r"[ ]?(?:、|,|/|;|和|及|与|或)[ ]?")
_TO_NUMBER = re.compile(r"[ ]?(?:先生|女士|小姐|老师|经理|总监|总工|总|工程师|工|主任|教授|博士|科长|处长|部长|院长|所长|厂长)?[ ]?[:(\[,/、-]?[ ]?(?:的?(?:联系)?(?:电话|手机号?码?|微信|邮箱)(?:是|为)?)?[ ]?[:：]?[ ]?$")
_PRIORITY = ("email", "id_card", "mobile", "phone", "passport", "wechat", "qq", "name")


def find_pii(unit_id: str, text: str, words: PiiWords) -> list[PiiMention]:
    """Mentions in reading order, without overlaps: email, id_card, mobile, phone, passport, wechat, qq, name."""
    narrow = text.translate(_WIDE)
    numbers = [
        *(("email", s) for s in emails(narrow)),
        *(("id_card", s) for s in id_cards(narrow, words)),
        *(("mobile", s) for s in mobiles(narrow, words)),
        *(("phone", s) for s in landlines(narrow, words)),
        *(("passport", s) for s in valued(words.passport, narrow)),
        *(("wechat", s) for s in valued(words.wechat, narrow)),
        *(("qq", s) for s in valued(words.qq, narrow)),
    ]
    ends = [span.end for kind, span in numbers if kind in {"mobile", "phone"}]
    reachable = [span.start for kind, span in numbers if kind in {"mobile", "phone", "email"}]
    by_place = [*names(narrow, words), *names_before(narrow, reachable, words), *names_behind(narrow, ends, words)]
    found = [*numbers, *(("name", s) for s in by_place)]
    return [PiiMention(unit_id=unit_id, kind=kind, start=s.start, end=s.end) for kind, s in _without_overlaps(found)]


def mask(text: str, mentions: Iterable[PiiMention]) -> str:
    """The text with every mentioned character replaced by ＊, so that all offsets hold."""
    characters = list(text)
    for mention in mentions:
        characters[mention.start : mention.end] = MASK * (mention.end - mention.start)
    return "".join(characters)


def _without_overlaps(found: Sequence[tuple[str, Span]]) -> list[tuple[str, Span]]:
    kept: list[tuple[str, Span]] = []
    for kind, span in sorted(found, key=lambda f: (_PRIORITY.index(f[0]), f[1].start - f[1].end, f[1].start)):
        if all(span.end <= other.start or other.end <= span.start for _, other in kept):
            kept.append((kind, span))
    return sorted(kept, key=lambda f: f[1].start)


def emails(text: str) -> Iterator[Span]:
    if "@" in text or "#" in text or "at" in text.lower():
        for pattern in (_PLAIN_EMAIL, _EMAIL, _EMAIL_SPACED):
            yield from (Span(start=m.start(), end=m.end()) for m in pattern.finditer(text))


def valued(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    """The `value` group of every match that holds a digit or stands after a colon."""
    for found in pattern.finditer(text):
        before = text[found.start() : found.start("value")]
        if any(c.isdecimal() or c in "_-" for c in found["value"]) or re.search(r"[:=|号]", before):
            yield Span(start=found.start("value"), end=found.end("value"))


# ---- names --------------------------------------------------------------------------------


def names(text: str, words: PiiWords) -> Iterator[Span]:
    """Contact names: after a label (联系人：) or a verb (请与…联系), and those listed behind the first."""
    for label in words.name_label.finditer(text):
        at: int | None = label.end()
        while at is not None and (span := name_at(text, at, words, listed=True)):
            yield span
            following = _NEXT_NAME.match(text, span.end)
            at = following.end() if following else None
    for verb in words.name_verb.finditer(text):
        gap = _GAP.match(text, verb.end())
        if gap and (span := name_at(text, gap.end(), words, listed=False)):
            yield span


def name_at(text: str, at: int, words: PiiWords, *, listed: bool) -> Span | None:
    """A personal name that begins at `at`; `listed` where a label promised one, else a title or a number must follow."""
    if latin := _LATIN_NAME.match(text, at):
        return Span(start=at, end=latin.end()) if listed else None
    if listed and (word := _ONE_WORD.match(text, at)):
        return Span(start=at, end=word.end())
    if dotted := _DOTTED_NAME.match(text, at):
        return Span(start=at, end=dotted.end())
    surname = words.surname.match(text, at)
    if surname is None or words.not_name.match(text, at):
        return None
    end = _end_of_name(text, surname.end(), words)
    titled = words.title.match(text, surname.end())
    if end is None or not (listed or titled or _followed(text, end, words)):
        return None
    return Span(start=at, end=end)


def _end_of_name(text: str, at: int, words: PiiWords) -> int | None:
    """Where the given name (one or two characters, maybe a blank before them) or the title after a surname ends."""
    if title := words.title.match(text, at):
        return title.end()
    gap = _GAP.match(text, at)
    begin = gap.end() if gap else at
    run = _HAN.match(text, begin)
    if run is None or words.follower.match(text, begin):
        return None
    spaced = run.end() - begin == 1 and re.match(r" [\u4e00-\u9fff](?![\u4e00-\u9fff])", text[run.end() :])
    if spaced and not words.follower.match(text, run.end() + 1):
        return run.end() + 2
    for end in range(begin + 1, min(begin + 4, run.end())):
        if words.follower.match(text, end):
            return end
    return run.end() if run.end() - begin <= 3 else begin + 2


def _followed(text: str, end: int, words: PiiWords) -> bool:
    rest = text[end : end + 8].lstrip(" ,(:")
    return bool(re.match(r"(?:联系|电话|手机|\d{3}|\+|接洽|对接|沟通|咨询)", rest)) or bool(words.title.match(rest))


def names_before(text: str, starts: Iterable[int], words: PiiWords) -> Iterator[Span]:
    """A name right before a phone or address: 张三 13800138000, 王经理（021-…）."""
    for start in starts:
        window = text[max(0, start - 18) : start]
        gap = _TO_NUMBER.search(window)
        if gap is None or (gap.start() == 0 and len(window) == 18):
            continue
        end = start - len(window) + gap.start()
        yield from _name_ending(text, end, gap[0], words)


def names_behind(text: str, ends: Iterable[int], words: PiiWords) -> Iterator[Span]:
    """A name in brackets behind a number: 13800000000（张三）."""
    for end in ends:
        bracket = _BRACKETED.match(text, end)
        if bracket and words.surname.match(bracket["name"]) and not words.not_name.match(bracket["name"]):
            yield Span(start=bracket.start("name"), end=bracket.end("name"))


def _name_ending(text: str, end: int, between: str, words: PiiWords) -> Iterator[Span]:
    """A surname with one or two characters, or with a title, that ends at `end` and begins at a boundary."""
    titled = words.title.match(between.strip())
    for length in ((1, 2, 3, 4) if titled else (3, 2, 4)):
        begin = end - length
        if begin < 0 or not _HAN.fullmatch(text, begin, end) or (begin > 0 and _HAN.match(text, begin - 1) and not _opens(text, begin)):
            continue
        surname = words.surname.match(text, begin)
        if surname and 0 <= end - surname.end() <= 2 and not words.not_name.match(text, begin) and (titled or surname.end() < end):
            last = text.index(titled[0], end) + len(titled[0]) if titled else end
            if not words.follower.match(text, surname.end()) or titled:
                yield Span(start=begin, end=last)
            return


def _opens(text: str, begin: int) -> bool:
    return bool(re.search(r"(?:联系|致电|咨询|找|与|和|及|或|人|由|是|为)$", text[max(0, begin - 2) : begin]))
