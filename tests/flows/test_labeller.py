"""The optional labeller against a small server of our own: what is sent, what is believed, what happens when it fails."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from flows.labeller import PATIENCE, label_topics
from flows.settings import LabellerSettings, read
from nlp.records import Topic, TopicExample, TopicName

pytest.importorskip("openai", reason="openai 是可选依赖")

Answer = Callable[[str], tuple[int, object]]


class Service(HTTPServer):
    """Speaks the chat protocol on a free port; keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.answer, self.asked, self.keys = answer, list[str](), list[str]()


class Conversation(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append(body)
        self.server.keys.append(self.headers["Authorization"])
        status, said = self.server.answer(body)
        data = json.dumps({"id": "x", "object": "chat.completion", "created": 0, "model": "m",
                           "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}]}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], Service]]:
    running: list[Service] = []

    def start(answer: Answer) -> Service:
        service = Service(answer)
        threading.Thread(target=service.serve_forever, daemon=True).start()
        running.append(service)
        return service

    yield start
    for service in running:
        service.shutdown()
        service.server_close()


def settings(service: Service | None = None, **changes: object) -> LabellerSettings:
    endpoint = f"http://127.0.0.1:{service.server_port}/v1" if service else "http://127.0.0.1:9/v1"
    return LabellerSettings(**{"enabled": True, "endpoint": endpoint, "name": "m", "timeout": 5, **changes})  # type: ignore[arg-type] # by name


def topics(n: int) -> tuple[list[TopicName], list[Topic], list[TopicExample], dict[str, str]]:
    made = [Topic(topic_id=f"t{i}", segment="materials", label=f"名{i}", terms=("ArF光刻胶", f"溶剂{'甲乙丙丁戊'[i]}"), n_demands=1, n_clauses=0, n_patents=0,
                  regions=(), stability=None) for i in range(n)]
    names = [TopicName(topic_id=t.topic_id, name=t.label, head="ArF光刻胶", terms=t.terms, how="terms") for t in made]
    examples = [TopicExample(example_id=f"{t.topic_id}/u{t.topic_id}", topic_id=t.topic_id, unit_id=f"u{t.topic_id}", unit_kind="demand", place=1, similarity=1.0) for t in made]
    return names, made, examples, {f"u{t.topic_id}": f"标题{t.label}" for t in made}


def test_it_is_off_by_default_and_then_asks_nobody(serve: Callable[[Answer], Service]) -> None:
    service = serve(lambda body: (200, "光刻胶"))
    assert read().labeller == LabellerSettings() and not LabellerSettings().enabled
    assert label_topics(*topics(2), settings=settings(service, enabled=False)).names == tuple(topics(2)[0])
    assert service.asked == []


def test_a_good_answer_is_taken_and_only_terms_and_titles_are_sent(serve: Callable[[Answer], Service], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUXIANTU_LABELLER_KEY", "a-key")
    service = serve(lambda body: (200, "光刻胶、溶剂甲"))
    found = label_topics(*topics(1), settings=settings(service))
    assert [(n.name, n.how, n.terms) for n in found.names] == [("光刻胶、溶剂甲", "labeller", ("溶剂甲",))]
    sent = json.loads(service.asked[0])
    assert [m["role"] for m in sent["messages"]] == ["system", "user"] and sent["temperature"] == 0
    assert sent["messages"][1]["content"] == "术语：ArF光刻胶、溶剂甲\n标题：\n- 标题名0" and service.keys == ["Bearer a-key"]


@pytest.mark.parametrize("said", ["全球领先光刻胶", "光刻胶2030", "", "光刻胶" * 10])
def test_a_bad_answer_is_not(serve: Callable[[Answer], Service], said: str) -> None:
    found = label_topics(*topics(1), settings=settings(serve(lambda body: (200, said))))
    assert found.names == tuple(topics(1)[0]) and len(found.notes) == 1


def test_two_topics_do_not_get_one_name(serve: Callable[[Answer], Service]) -> None:
    found = label_topics(*topics(3), settings=settings(serve(lambda body: (200, "光刻胶"))))
    assert [n.name for n in found.names] == ["光刻胶", "名1", "名2"] and "2 个回答" in found.notes[0]


def test_a_persons_name_is_not_asked_about(serve: Callable[[Answer], Service]) -> None:
    service = serve(lambda body: (200, "光刻胶"))
    _, *others = topics(1)
    kept = [TopicName(topic_id="t0", name="我的主题", head="", terms=(), how="kept")]
    assert label_topics(kept, *others, settings=settings(service)).names == tuple(kept) and service.asked == []


def test_a_failing_service_is_left_alone_soon(serve: Callable[[Answer], Service]) -> None:
    service = serve(lambda body: (500, "光刻胶"))
    found = label_topics(*topics(5), settings=settings(service))
    assert found.names == tuple(topics(5)[0]) and len(service.asked) == PATIENCE == len(found.notes)
    assert all("沿用系统名称" in note for note in found.notes)


def test_a_slow_or_absent_service_costs_its_timeout_at_most(serve: Callable[[Answer], Service]) -> None:
    done = threading.Event()

    def slow(body: str) -> tuple[int, str]:
        done.wait(3)
        return 200, "光刻胶"

    service = serve(slow)
    found = label_topics(*topics(1), settings=settings(service, timeout=0.2))
    done.set()
    assert found.names == tuple(topics(1)[0]) and "APITimeoutError" in found.notes[0]
    assert label_topics(*topics(1), settings=settings(endpoint="")).notes == ("语言模型未用于取名：settings.toml 的 [labeller] 没有写 endpoint 和 name",)
    assert label_topics(*topics(1), settings=settings()).names == tuple(topics(1)[0])
