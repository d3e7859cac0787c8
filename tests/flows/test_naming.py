"""Names of topics: given when a topic is new, kept afterwards, distinct, remembered; what a person chose is left alone."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from flows.naming import name_renewals
from flows.registry import ChainMemory
from flows.run import Run, start
from flows.settings import LabellerSettings, read
from nlp.records import Assignment, Topic, TopicEdit, TopicEvent
from nlp.topics.edits import EditedRenewal
from nlp.topics.registry import Registry, TopicMemory

TERMS = {"m-1": ("ArF光刻胶", "光敏树脂", "分辨率"), "m-2": ("抛光液", "去除速率", "CMP抛光液")}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return start(work_root=tmp_path / ".work", as_of=date(2026, 11, 1), seed=7, chain="ic", settings=read())


def renewal(labels: dict[str, str]) -> EditedRenewal:
    topics = tuple(Topic(topic_id=i, segment="materials", label=label, terms=TERMS[i], n_demands=1, n_clauses=0, n_patents=2, regions=(), stability=None)
                   for i, label in labels.items())
    remembered = tuple(TopicMemory(topic_id=t.topic_id, label=t.label, terms=t.terms, state="active", merged_into=None, first_run="r1", last_run="r2", sizes=(3,)) for t in topics)
    events = tuple(TopicEvent(topic_id=t.topic_id, event="born", from_topic_ids=(), previous_run=None, segment="materials", label=t.label, n_before=0, n_after=3, shared=0,
                              reason="") for t in topics)
    registry = Registry(segment="materials", encoder="e", runs=("r1",), fitted=3, space=None, centroids=np.zeros((len(topics), 1)), topics=remembered, members={})
    assigned = tuple(Assignment(unit_id=f"u-{t.topic_id}", unit_kind="demand", segment="materials", topic_id=t.topic_id, method="聚类", similarity=0.5) for t in topics)
    return EditedRenewal(topics=topics, assignments=assigned, events=events, fates=(), registry=registry)


def labels_of(found: EditedRenewal) -> list[tuple[str, str, str]]:
    """Topic, event and memory must say the same."""
    return [(t.label, e.label, m.label) for t, e, m in zip(found.topics, found.events, found.registry.topics, strict=True)]


def test_a_new_topic_is_named_and_remembered_by_that_name(run: Run) -> None:
    (found,) = name_renewals([renewal({"m-1": "分辨率", "m-2": "分辨率"})], [], ChainMemory(segments={}), [], run)
    names = [label for label, _, _ in labels_of(found)]
    assert all(len(set(said)) == 1 for said in labels_of(found))
    assert len(set(names)) == 2 and all(any(term in name for term in TERMS[i]) for i, name in zip(TERMS, names, strict=True))


def test_a_known_topic_keeps_its_name(run: Run) -> None:
    before = renewal({"m-1": "光刻材料、光敏树脂"}).registry
    (found,) = name_renewals([renewal({"m-1": "光刻材料、光敏树脂"})], [], ChainMemory(encoder="e", kinds=None, segments={"materials": before}), [], run)
    assert labels_of(found) == [("光刻材料、光敏树脂",) * 3]


def test_what_a_person_chose_stands_and_is_applied_anew_each_time(run: Run) -> None:
    edit = TopicEdit(edit_id=1, at="2026-11-01", who="王工", chain="ic", topic_id="m-1", action="rename", payload=("先进光刻材料",), reason="")
    (found,) = name_renewals([renewal({"m-1": "先进光刻材料"})], [], ChainMemory(segments={}), [edit], run)
    assert found.topics[0].label == "先进光刻材料"


@pytest.fixture
def service() -> Iterator[str]:
    class Conversation(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            data = json.dumps({"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "光敏树脂"}}]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Conversation)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()


def test_the_language_models_name_reaches_the_draft_when_it_is_enabled(run: Run, service: str) -> None:
    pytest.importorskip("openai", reason="openai 是可选依赖")
    asked = replace(run, settings=replace(run.settings, labeller=LabellerSettings(enabled=True, endpoint=service, name="m")))
    (found,) = name_renewals([renewal({"m-1": "分辨率"})], [], ChainMemory(segments={}), [], asked)
    assert labels_of(found) == [("光敏树脂",) * 3]
