"""The optional language model that may name topics: off by default, any OpenAI-compatible endpoint, only terms and titles.

Whatever goes wrong, a topic keeps the name made from its terms.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.settings import LabellerSettings
from nlp.records import Topic, TopicExample, TopicName
from nlp.topics.naming_prompt import Message, NamingQuestion, build_messages, read_reply

__all__ = ["Labelled", "label_topics"]

Ask = Callable[[Sequence[Message]], str]
PATIENCE = 2  # failures in a row after which nothing more is asked
REPLY_TOKENS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    names: tuple[TopicName, ...]
    notes: tuple[str, ...]  # in Chinese, for the run's log


class NoAnswer(Exception):
    """The service could not be asked, or said nothing."""


def label_topics(names: Sequence[TopicName], topics: Sequence[Topic], examples: Sequence[TopicExample], titles: Mapping[str, str], *,
                 settings: LabellerSettings) -> Labelled:
    """The same names, some of them the model's (how = "labeller"); a name that a person gave is not asked about.

    `titles` are the masked titles of units. Nothing is imported or sent unless the settings enable it.
    """
    if not settings.enabled:
        return Labelled(names=tuple(names), notes=())
    try:
        ask = connect(settings)
    except NoAnswer as failure:
        return Labelled(names=tuple(names), notes=(f"语言模型未用于取名：{failure}",))
    return rename(names, list(questions(topics, examples, titles)), ask)


def questions(topics: Sequence[Topic], examples: Sequence[TopicExample], titles: Mapping[str, str]) -> Iterator[NamingQuestion]:
    for topic in topics:
        units = [e.unit_id for e in examples if e.topic_id == topic.topic_id]
        yield NamingQuestion(topic_id=topic.topic_id, terms=topic.terms, titles=tuple(titles[u] for u in units if titles.get(u)))


def rename(names: Sequence[TopicName], asked: Sequence[NamingQuestion], ask: Ask) -> Labelled:
    by_topic = {q.topic_id: q for q in asked}
    found, taken, refused, failures, notes = list[TopicName](), {n.name: n.topic_id for n in names}, 0, 0, list[str]()
    for name in names:
        question = by_topic.get(name.topic_id)
        if question is None or name.how != "terms" or failures >= PATIENCE:
            found.append(name)
            continue
        try:
            reply = ask(build_messages(question))
        except NoAnswer as failure:
            failures += 1
            notes.append(f"主题 {name.topic_id} 沿用系统名称：{failure}")
            found.append(name)
            continue
        failures = 0
        said = read_reply(reply, question.terms, taken={k: v for k, v in taken.items() if v != name.topic_id})
        refused += said is None
        found.append(replace(name, name=said, how="labeller", terms=tuple(t for t in question.terms if t in said)) if said else name)
        taken[found[-1].name] = name.topic_id
    if refused:
        notes.append(f"语言模型有 {refused} 个回答不合要求（含有术语以外的内容、过长或重名），未采用")
    return Labelled(names=tuple(found), notes=tuple(notes))


def connect(settings: LabellerSettings) -> Ask:
    """A function that asks the service; raises NoAnswer where it cannot even be tried."""
    if not settings.endpoint or not settings.name:
        raise NoAnswer("settings.toml 的 [labeller] 没有写 endpoint 和 name")
    try:
        import openai
    except ImportError as error:
        raise NoAnswer("没有安装 openai（pip install 'luxiantu[labeller]'）") from error
    key = os.environ.get(settings.key_variable) or "none"  # services inside a house often want no key
    client = openai.OpenAI(base_url=settings.endpoint, api_key=key, timeout=settings.timeout, max_retries=0)

    def ask(messages: Sequence[Message]) -> str:
        try:
            answer = client.chat.completions.create(
                model=settings.name, temperature=0, max_tokens=REPLY_TOKENS,
                messages=[{"role": "system", "content": m.content} if m.role == "system" else {"role": "user", "content": m.content} for m in messages])
        except openai.OpenAIError as error:
            raise NoAnswer(f"服务没有回答（{type(error).__name__}）") from error
        if not answer.choices or not answer.choices[0].message.content:
            raise NoAnswer("服务的回答是空的")
        return answer.choices[0].message.content

    return ask
