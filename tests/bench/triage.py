"""Measures the triage page: many clients at once, kills under load, and the time from a key to the next row.

    python -m tests.bench.triage load  [--postgres] [--clients 8] [--actions 300]
    python -m tests.bench.triage kill  [--postgres] [--times 30]
    python -m tests.bench.triage keys  [--rows 2000] [--presses 200]
    python -m tests.bench.triage import [--rows 2000]      two batches, the second held against the first

Prints one JSON line. The server is `python -m triage` in a process of its own; the rows are made here.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from nlp.records import Demand
from tests.triage.conftest import _binaries, postgres
from tests.triage.rows import add_many
from tests.triage.test_importing import publish
from triage import history, labels, migrate
from triage.accounts import Role, add_user
from triage.database import EventRow, Store, SubmissionRow, database_url
from triage.sessions import COOKIE, open_session
from triage.worker import read_in

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Person:
    """One client: its own connection, its own session."""

    port: int
    cookie: str
    csrf: str
    name: str
    seconds: list[float] = field(default_factory=list)
    acknowledged: list[tuple[int, str, int]] = field(default_factory=list)  # row, action, version after
    statuses: Counter[int] = field(default_factory=Counter)
    link: http.client.HTTPConnection | None = None

    def call(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
        self.link = self.link or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": f"{COOKIE}={self.cookie}", "X-CSRF-Token": self.csrf, "X-Requested-With": "luxiantu", "Content-Type": "application/json"}
        started = time.perf_counter()
        try:
            self.link.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self.link.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            self.link.close()
            self.link = None
            return 0, {}
        self.seconds.append(time.perf_counter() - started)
        self.statuses[answer.status] += 1
        return answer.status, json.loads(data) if "json" in (answer.headers["content-type"] or "") else {}


class Server:
    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder, self.environment = folder, {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        if url:
            self.environment["DATABASE_URL"] = url
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-m", "triage", "--port", str(self.port), "--out", str(self.folder)], env=self.environment, cwd=ROOT,
                                        stdout=subprocess.DEVNULL, stderr=sys.stderr)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).read()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the server did not start")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process:
            self.process.send_signal(how)
            self.process.wait()


@contextmanager
def database(kind: bool) -> Iterator[tuple[Path, str | None, Store]]:
    folder = Path(tempfile.mkdtemp(prefix="luxiantu-bench-"))
    binaries = _binaries()
    try:
        if kind and binaries:
            with tempfile.TemporaryDirectory(prefix="luxiantu-pg-", ignore_cleanup_errors=True) as home, postgres(binaries, Path(home)) as url:
                store = Store(database_url(url, folder))
                migrate.upgrade(store)
                yield folder, url, store
                store.close()
        else:
            store = Store(database_url(None, folder))
            migrate.upgrade(store)
            yield folder, None, store
            store.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def people(store: Store, count: int, port: int) -> list[Person]:
    made = []
    for n in range(count):
        with store.writing() as session:
            token, visitor = open_session(session, add_user(session, f"用户{n}", Role.REVIEWER, actor="测试"))
        made.append(Person(port=port, cookie=token, csrf=visitor.csrf, name=visitor.name))
    return made


def p95(values: list[float]) -> float:
    return round(1000 * sorted(values)[int(0.95 * (len(values) - 1))], 1)


BODIES = ({"action": "接收"}, {"action": "退回补正", "questions": ["请补充指标"]}, {"action": "转其他渠道", "channel": "人才服务"}, {"action": "不予受理", "opinion": "逾期"})


def work(person: Person, rows: list[int], actions: int, seed: int, stop: threading.Event) -> None:
    """Looks at a row, decides on it, sometimes undoes it; half of the rows are everybody's, so that edits cross."""
    chance, versions, asked = random.Random(seed), dict.fromkeys(rows, 1), 0
    while asked < actions and not stop.is_set():
        row = chance.choice(rows)
        person.call("GET", f"/rows/{row}")
        undone = versions[row] > 1 and chance.random() < 0.3
        body = {**chance.choice(BODIES), "row_version": versions[row]} if not undone else {"row_version": versions[row]}
        status, said = person.call("POST", f"/rows/{row}/{'undo' if undone else 'decide'}", body)
        asked += 1
        if status == 200:
            versions[row] = int(str(said["row_version"]))
            person.acknowledged.append((row, "撤销" if undone else str(body["action"]), versions[row]))
        elif status == 409:
            fresh = said["row"]
            versions[row] = int(fresh["row_version"]) if isinstance(fresh, dict) else 1
        elif status == 0:
            time.sleep(0.05)


def outcome(store: Store, everybody: list[Person], folder: Path) -> dict[str, object]:
    """Every acknowledged decision must stand in the history exactly once, under its row, its action, its person and its version."""
    with store.snapshot() as session:
        events = [(e.row_id, e.action, e.actor, history.payload_of(e)["row_version"]) for e in session.scalars(select(EventRow).where(EventRow.row_id.is_not(None)))]
        problems = history.verify(session, labels.anchors(folder / "state" / "decisions.jsonl"))
    kept = Counter(events)
    said = [(row, action, person.name, version) for person in everybody for row, action, version in person.acknowledged]
    return {"acknowledged": len(said), "lost": sum(kept[s] == 0 for s in said), "doubled": sum(n > 1 for n in kept.values()) + len(said) - len(set(said)),
            "problems": problems[:3], "statuses": dict(sum((p.statuses for p in everybody), Counter()))}


def together(everybody: list[Person], rows: list[int], actions: int, stop: threading.Event) -> list[threading.Thread]:
    shared, own = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    some = len(own) // len(everybody)
    threads = [threading.Thread(target=work, args=(p, shared + own[i * some : (i + 1) * some], actions, i, stop)) for i, p in enumerate(everybody)]
    for thread in threads:
        thread.start()
    return threads


def load(kind: bool, clients: int, actions: int) -> dict[str, object]:
    with database(kind) as (folder, url, store):
        rows, server = add_many(store, 400), Server(folder, url)
        everybody = people(store, clients, server.port)
        server.start()
        started = time.perf_counter()
        for thread in together(everybody, rows, actions, threading.Event()):
            thread.join()
        seconds = time.perf_counter() - started
        server.kill(signal.SIGTERM)
        times = [s for p in everybody for s in p.seconds]
        return {"bench": "load", "database": "PostgreSQL" if url else "SQLite", "clients": clients, "actions": clients * actions, "requests": len(times),
                "p50_ms": round(1000 * sorted(times)[len(times) // 2], 1), "p95_ms": p95(times), "seconds": round(seconds, 1), **outcome(store, everybody, folder)}


def kill(kind: bool, times: int) -> dict[str, object]:
    with database(kind) as (folder, url, store):
        rows, server, stop, chance = add_many(store, 200), Server(folder, url), threading.Event(), random.Random(7)
        everybody = people(store, 4, server.port)
        server.start()
        threads = together(everybody, rows, 10**9, stop)
        for _ in range(times):
            time.sleep(chance.uniform(0.4, 1.2))
            server.kill()
            server.start()
        time.sleep(1)
        stop.set()
        for thread in threads:
            thread.join()
        server.kill(signal.SIGTERM)
        return {"bench": "kill", "database": "PostgreSQL" if url else "SQLite", "kills": times, **outcome(store, everybody, folder)}


MEASURE = """() => {
  window.waits = [];
  let pressed = 0;
  addEventListener('keydown', () => { pressed = performance.now(); }, true);
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => { if (pressed) window.waits.push(performance.now() - pressed); pressed = 0; })))
    .observe(document.querySelector('#panel'), { childList: true });
}"""


def keys(count: int, presses: int) -> dict[str, object]:
    """From the key's event to the frame with the next row on the screen, at the rate of a quick clerk."""
    from playwright.sync_api import sync_playwright

    from triage.accounts import invite
    from triage.settings import read

    with database(False) as (folder, url, store), sync_playwright() as playwright:
        add_many(store, count)
        server = Server(folder, url)
        with store.writing() as session:
            token = invite(session, add_user(session, "张三", Role.REVIEWER, actor="测试"), read().login, actor="测试")
        server.start()
        page = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"]).new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"http://127.0.0.1:{server.port}/welcome#{token}")
        for name in ("password", "again"):
            page.fill(f"[name={name}]", "correct-horse-battery")
        page.keyboard.press("Enter")
        page.wait_for_selector(".item")
        page.wait_for_selector("#help[open]")
        page.keyboard.press("Enter")
        page.wait_for_timeout(1500)
        page.evaluate(MEASURE)
        for n in range(presses):
            page.keyboard.press("a" if n % 2 else "j")
            page.wait_for_timeout(350)
        waits = page.evaluate("window.waits")
        server.kill(signal.SIGTERM)
        return {"bench": "keys", "rows": count, "presses": presses, "shown": len(waits), "p50_ms": round(sorted(waits)[len(waits) // 2], 1),
                "p95_ms": round(sorted(waits)[int(0.95 * (len(waits) - 1))], 1), "max_ms": round(max(waits), 1)}


THINGS = ("抛光液", "静电卡盘", "射频电源", "光刻胶", "前驱体", "溅射靶材", "探针卡", "真空机械手", "键合胶", "封装基板", "量测设备", "质量流量计", "陶瓷加热盘", "清洗机",
          "刻蚀腔体", "石英件", "电子特气", "驱动芯片", "碳化硅衬底", "引线框架")
TROUBLES = ("批次之间波动大，良率受限", "长期依赖进口，交货期长", "高温下容易开裂，寿命不足", "残留颗粒超标，造成返工", "响应慢，跟不上节拍", "能耗高，散热困难", "检测手段缺乏，无法在线监控")
FIGURES = (("颗粒粒径不大于{} nm", 20, 90), ("使用寿命不低于{} 小时", 200, 9000), ("温度均匀性优于±{} ℃", 1, 9), ("去除速率不低于{} Å/min", 800, 6000),
           ("金属杂质不高于{} ppb", 1, 30), ("重复定位精度优于{} μm", 1, 50), ("良率不低于{}%", 70, 99), ("耐压不低于{} V", 600, 3300), ("响应时间不超过{} ms", 1, 80))


def made_demand(number: int, chance: random.Random) -> Demand:
    """One of some 300 characters; of twenty things, so that many resemble each other as in a real round."""
    thing, others = chance.choice(THINGS), chance.sample(TROUBLES, 3)
    figures = [said.format(chance.randint(low, high)) for said, low, high in chance.sample(FIGURES, 5)]
    title = f"{chance.choice(('高可靠', '低成本', '高纯', '大尺寸', '国产'))}{thing}{chance.choice(('关键技术', '工艺开发', '稳定供应', '寿命提升'))}"
    text = (f"需求背景：现有{thing}{others[0]}；在{chance.choice(THINGS)}环节{others[1]}。\n主要问题：{thing}{others[2]}，{chance.choice(TROUBLES)}。\n技术要求：{'；'.join(figures)}。\n"
            f"{chance.randint(1, 4)}年内完成样机与验证，总投入{chance.randint(2, 40) * 50}万元，其中企业自筹{chance.randint(1, 2) * 50}万元。样品编号{number}。")
    return Demand(demand_id=f"D-{number}", submission_id=f"S-{number}", version=1, superseded_by=None, source_file=f"批/表{number}.docx", source_location="表1",
                  organisation=f"示例{chance.randint(1, 900)}公司", region=chance.choice(("上海", "江苏", "浙江", "安徽")), title=title, text=text)


def importing(count: int) -> dict[str, object]:
    """Half of the rows into an empty queue, then the other half, which is held against the first."""
    chance = random.Random(1)
    demands, seconds = [made_demand(n, chance) for n in range(count)], []
    with tempfile.TemporaryDirectory() as temporary:
        out = Path(temporary)
        store = Store(database_url(None, out))
        migrate.upgrade(store)
        for run, some in (("01", demands[: count // 2]), ("02", demands[count // 2 :])):
            folder = publish(out, run, some)
            started = time.perf_counter()
            read_in(store, folder, out=out, actor="测试")
            seconds.append(round(time.perf_counter() - started, 1))
        with store.reading() as session:
            rows = len(list(session.scalars(select(SubmissionRow.id))))
            problems = history.verify(session)
        store.close()
    return {"bench": "import", "rows": rows, "seconds": seconds, "chain": "ok" if not problems else problems[:3]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["load", "kill", "keys", "import"])
    parser.add_argument("--postgres", action="store_true")
    for name, value in (("clients", 8), ("actions", 300), ("times", 30), ("rows", 2000), ("presses", 200)):
        parser.add_argument(f"--{name}", type=int, default=value)
    o = parser.parse_args()
    bench = {"load": lambda: load(o.postgres, o.clients, o.actions), "kill": lambda: kill(o.postgres, o.times), "keys": lambda: keys(o.rows, o.presses),
             "import": lambda: importing(o.rows)}
    done = bench[o.what]()
    print(json.dumps(done, ensure_ascii=False))


if __name__ == "__main__":
    main()
