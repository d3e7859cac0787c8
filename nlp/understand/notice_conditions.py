"""Sentences of a notice that state a condition without an amount: benchmark, past funding, title, region, field, deadline."""

import re
from collections.abc import Iterator
from datetime import date

from nlp.records import Rule
from nlp.understand.notice_text import Found, any_of, clauses, to_items
from nlp.understand.rule_vocabulary import RuleVocabulary

__all__ = ["find_benchmarks", "find_deadlines", "find_fields", "find_funded", "find_regions", "find_single", "find_subjects", "find_titles"]

_ACTION_WITHIN = 20  # characters behind a date in which what is due then is said
_MUST = r"(?:应|须|需|必须|要求|务必|请|至少|不得缺少)"
_SOFT = re.compile(r"鼓励|优先|可以|自愿|揭榜方")
_NEGATED = re.compile(r"不得在|除外|以外|不含|不限")
_DATE = r"(?:(?P<year>\d{4})\s*年\s*)?(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日"
_HOURS = r"\s*(?:[（(][^）)]{1,6}[）)])?\s*(?:上午|下午|中午|下班)?(?:\d{1,2}(?:[:：]\d{2}|时|点)(?:整)?)?\s*"


def rule_of(name: str, sentence: str, words: tuple[str, ...] = (), number: float | None = None) -> Rule:
    return Rule(rule=name, quote=sentence, number=number, words=words)


def find_benchmarks(sentence: str, vocabulary: RuleVocabulary) -> Iterator[Found]:
    """须明确对标…: the form must name what it is measured against. 应对标国际先进水平 alone is an ambition, not this rule."""
    verbs, nouns = any_of(vocabulary.benchmark.verbs), any_of(vocabulary.benchmark.nouns)
    for offset, clause in clauses(sentence):
        named = re.search("|".join([rf"{verbs}[^，。；]{{0,12}}?{nouns}", *vocabulary.benchmark.patterns]), clause)
        if named and re.search(_MUST, sentence[: offset + named.start()]) and not _SOFT.search(clause):
            yield Found(rule=rule_of("benchmark_named", sentence), start=offset, end=offset + len(clause))
            return


def find_funded(sentence: str, vocabulary: RuleVocabulary) -> Iterator[Found]:
    """2019年以来…已立项…不再纳入: number is the first year; None where no year limits it."""
    words = vocabulary.funded
    match = re.search(rf"{any_of(words.funded)}.{{0,40}}?{any_of(words.refused)}|{any_of(words.refused)}.{{0,40}}?{any_of(words.funded)}", sentence)
    if match is None or not re.search(r"已|曾|获|(?:19|20)\d{2}年", sentence[: match.end()]):
        return
    if re.search(r"近[一二两三四五六七八九十\d]*年", sentence):
        return  # which year that is depends on what day is counted from; a person decides
    year = re.search(rf"((?:19|20)\d{{2}})\s*年(?:度|1月1日|\d{{1,2}}月)?(?:[（(]含[）)])?{any_of(words.since)}", sentence)
    if year is None and re.search(r"(?:19|20)\d{2}", sentence):
        return
    start = year.start() if year else 0
    yield Found(rule=rule_of("not_funded_before", sentence, number=float(year[1]) if year else None), start=start, end=match.end())


def find_titles(sentence: str, vocabulary: RuleVocabulary) -> Iterator[Found]:
    """title_without (words) and title_without_names (企业名称, 产品型号); a list that cannot be told apart is left alone."""
    title = vocabulary.title
    subject = re.search(any_of(title.subjects), sentence)
    if subject is None or sentence[: subject.start()].endswith(("单位", "企业", "公司", "产品")):
        return
    places = [m for m in re.finditer(any_of(title.forbid), sentence) if m.start() >= subject.end()]
    ends = [*(m.start() for m in places[1:]), len(sentence)][: len(places)]
    for place, end in zip(places, ends, strict=True):
        # 不得出现单位名称，字数控制在30字以内: what holds a number is no longer the list
        listed = re.split(r"[，,](?=[^“\"「『，,]*\d)", sentence[place.end() : end])[0].rstrip("，, 、或也且并")
        yield from _title_rules(sentence, listed, Found(rule=rule_of("", sentence), start=place.start(), end=end), vocabulary)


def _title_rules(sentence: str, listed: str, place: Found, vocabulary: RuleVocabulary) -> Iterator[Found]:
    title = vocabulary.title
    quoted = bool(re.search(r"[“\"「『]", listed))
    closed = re.search(any_of(title.list_ends), listed)
    items = to_items(listed[: closed.start()] if closed else listed)
    plain = to_items(re.sub(r"[“\"「『][^”\"」』]*[”\"」』]", "", listed)) if quoted else items
    names = tuple(item for item in dict.fromkeys((*plain, *items)) if item in title.kinds)
    words = tuple(item for item in items if item not in title.kinds)
    literal = quoted or (closed and (len(words) > 1 or "字" in closed[0]))
    if words and not literal:
        return  # 夸大性用语 is a kind of wording, not a word to look for
    for name, found in (("title_without", words), ("title_without_names", names)):
        if found:
            yield Found(rule=rule_of(name, sentence, found), start=place.start, end=place.end)


def find_subjects(sentence: str, vocabulary: RuleVocabulary) -> Iterator[Found]:
    """不得将资金、土地…作为技术需求申报."""
    match = re.search(rf"{any_of(vocabulary.subject.forbid)}(?P<list>.+?)(?:等)?(?:事项|内容|问题|诉求)?{any_of(vocabulary.subject.ends)}", sentence)
    items = to_items(re.sub(r"等?(?:事项|内容|问题|诉求)?$", "", match["list"])) if match else ()
    if match and items and all(len(item) <= 8 for item in items):
        yield Found(rule=rule_of("subject_without", sentence, items), start=match.start(), end=match.end())


def find_single(sentence: str, vocabulary: RuleVocabulary) -> Iterator[Found]:
    for pattern in vocabulary.single.patterns:
        if match := re.search(pattern, sentence):
            yield Found(rule=rule_of("single_demand", sentence), start=match.start(), end=match.end())
            return


def find_regions(sentence: str, vocabulary: RuleVocabulary) -> Iterator[Found]:
    """Provinces by their short names; a city stays as written, to be held against the organisation's address."""
    words = vocabulary.region
    trigger, restrict = re.search(any_of(words.triggers), sentence), re.search(any_of(words.restrict), sentence)
    if not (trigger and restrict) or _SOFT.search(sentence) or _NEGATED.search(sentence):
        return
    names = any_of([*words.groups, *vocabulary.provinces])
    found = [m for m in re.finditer(names, sentence) if not re.match(r"[^，。；、]{0,10}(?:管理|注册|登记)部门", sentence[m.end() :])]
    regions = tuple(dict.fromkeys(r for m in found for r in _regions(m[0], vocabulary)))
    if regions:
        yield Found(rule=rule_of("region_in", sentence, regions), start=min(trigger.start(), found[0].start()), end=max(trigger.end(), found[-1].end()))


def _regions(name: str, vocabulary: RuleVocabulary) -> tuple[str, ...]:
    if name in vocabulary.region.groups:
        return vocabulary.region.groups[name]
    return (vocabulary.province(name),) if name in vocabulary.whole_provinces else (name,)


def find_fields(sentence: str, vocabulary: RuleVocabulary) -> Iterator[Found]:
    """限…领域 with its list. 重点支持 and an open 鼓励 are no limits."""
    words = vocabulary.field
    restrict = [w for w in words.restrict if w != "限"]
    match = re.search(rf"{any_of(restrict)}|(?<![期时不有上下权年仅受局])限(?![制填报期时于\d一二三四五六七八九十])", sentence)
    head = re.search(any_of(words.heads), sentence)
    if match is None or head is None or _SOFT.search(sentence) or "重点" in sentence[: match.end()]:
        return
    rest = sentence[match.end() :]
    listed = re.split(r"(?:具体)?(?:包括|即|分别为|涵盖)[:：]?", rest, maxsplit=1)[-1].strip("：: ")
    listed = re.sub(rf"(?:等|共)?(?:[一二两三四五六七八九十\d]+[个大类]+)?(?:重点)?{any_of(words.heads)}(?:的)?(?:[^、，]{{0,12}}?(?:需求|课题|难题|项目))?$", "", listed)
    items = tuple(item for item in to_items(listed) if 2 <= len(item) <= 16)
    if items and len(items) == len(to_items(listed)):
        yield Found(rule=rule_of("field_in", sentence, items), start=match.start(), end=len(sentence))


def find_deadlines(sentence: str, vocabulary: RuleVocabulary, year: int | None) -> Iterator[Found]:
    """于2024年5月10日前报送: words holds the ISO date. Without a year, the notice's own year is taken when it is given."""
    before, after = rf"{_DATE}{_HOURS}(?:以?前|之前|止|截止|为止|内)", rf"截[止至](?:时间|日期)?(?:为|是|到|至|：|:)*\s*{_DATE}"
    if not re.search(any_of(vocabulary.deadline.verbs), sentence):
        return
    for match in (m for pattern in (before, after) for m in re.finditer(pattern, sentence)):
        day, action = _day(match, year), sentence[match.end() : match.end() + _ACTION_WITHIN].lstrip("，,")
        if day and ("截" in match[0] or re.search(any_of(vocabulary.deadline.verbs), re.split("[，,]", action)[0])):
            yield Found(rule=rule_of("received_by", sentence, (day.isoformat(),)), start=match.start(), end=match.end())


def _day(match: re.Match[str], year: int | None) -> date | None:
    stated = int(match["year"]) if match["year"] else year
    try:
        return date(stated, int(match["month"]), int(match["day"])) if stated else None
    except ValueError:
        return None
