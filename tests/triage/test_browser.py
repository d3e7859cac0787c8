"""The page in a real Chromium: a day by keyboard, edits that crossed, hostile titles, nothing fetched from elsewhere."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest
import uvicorn
from sqlalchemy import select

from tests.triage.conftest import BASE
from tests.triage.rows import SEGMENTS, add, add_many, row
from triage import history, migrate, settings
from triage.accounts import Role, add_user, invite
from triage.app import create
from triage.database import EventRow, Store, SubmissionRow, database_url
from triage.office import Office, segment_names
from triage.shapes import Action, State

sync_api = pytest.importorskip("playwright.sync_api", reason="没有安装 playwright")
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="没有 Chromium（Debian 的 chromium 软件包）")
ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-battery"


class Site:
    """A server of its own thread over its own database, and people who come in through their one-time links."""

    def __init__(self, folder: Path, segments: dict[str, str]) -> None:
        self.store = Store(database_url(None, folder))
        migrate.upgrade(self.store)
        self.office = Office(store=self.store, settings=settings.read(), out=folder, segments=segments)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base = f"{BASE}:{self.port}"
        self.server = uvicorn.Server(uvicorn.Config(create(self.office).served, port=self.port, log_level="error"))
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> "Site":
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.store.close()

    def link(self, name: str, role: Role) -> str:
        with self.store.writing() as session:
            return f"{self.base}/welcome#{invite(session, add_user(session, name, role, actor='测试'), self.office.settings.login, actor='测试')}"

    def rows(self) -> list[SubmissionRow]:
        with self.store.reading() as session:
            return list(session.scalars(select(SubmissionRow).order_by(SubmissionRow.id)))

    def row(self, row_id: int) -> SubmissionRow:
        with self.store.reading() as session:
            return session.get_one(SubmissionRow, row_id)


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, SEGMENTS) as made:
        yield made


Open = Callable[..., sync_api.Page]


@pytest.fixture
def visit(browser: sync_api.Browser, site: Site) -> Iterator[Open]:
    """Opens the queue for a new user; at the end nothing may have been fetched from elsewhere, and nothing complained of."""
    faults: list[str] = []
    contexts: list[sync_api.BrowserContext] = []

    def visiting(name: str = "张三", role: Role = Role.REVIEWER, at: Site = site, expect: str = ".item", quiet: tuple[int, ...] = ()) -> sync_api.Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: r.url.startswith(at.base) or faults.append(f"fetched {r.url}"))
        page.on("pageerror", lambda e: faults.append(f"error {e}"))
        page.on("dialog", lambda d: faults.append(f"dialog {d.message}"))
        page.on("console", lambda m: m.type in {"error", "warning"} and not any(f"status of {s}" in m.text for s in quiet) and faults.append(f"console {m.text}"))
        page.goto(at.link(name, role))
        page.wait_for_selector("[name=password]:focus")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector(expect)
        page.wait_for_selector("#help[open]")  # somebody new is told what to do
        page.keyboard.press("Enter")
        return page

    yield visiting
    for context in contexts:
        context.close()
    assert faults == []


def until(page: sync_api.Page, condition: str) -> None:
    """Our policy forbids scripts that are made of strings, so Playwright's own wait_for_function does not run here."""
    for _ in range(400):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    raise AssertionError(condition)


def settled(page: sync_api.Page) -> None:
    until(page, "document.querySelector('#saving').textContent !== '正在保存…'")


def shown(page: sync_api.Page) -> str:
    return str(page.locator(".item").get_attribute("data-number"))


# ---- the day -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The round of corpora/sample/ as `luxiantu intake` publishes it."""
    from flows.intake import intake

    sample = ROOT / "corpora" / "sample"
    return intake([sample / "demands", sample / "notices", sample / "projects"], out=tmp_path_factory.mktemp("out"))


def adopt(page: sync_api.Page) -> int:
    """Takes the suggestion with as few keys as the page asks for; returns how many."""
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    if not dialog.count():
        return 1
    page.keyboard.press("1" if dialog.get_attribute("data-dialog") == Action.FORWARD else "Enter")
    if page.locator("dialog[open] .said:not(:empty)").count():  # a reason is asked for
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        return 4
    return 2


@pytest.mark.slow
def test_a_whole_round_by_keyboard(tmp_path: Path, sample_round: Path, visit: Open) -> None:
    from triage.worker import read_in

    with Site(tmp_path / "day", segment_names("ic")) as site:
        read_in(site.store, sample_round, out=site.office.out, actor="测试")
        made = 150 - len(site.rows())  # the sample round, filled up to a day's work
        add(site.store, *(row(n, suggested=("接收", "退回补正", "合并到")[n % 3], merge="S-1" if n % 3 == 2 else None) for n in range(1, made + 1)))
        suggested = {r.id: r.suggested for r in site.rows()}
        page, keys = visit(at=site), []
        for _ in range(len(suggested) + 20):  # what is split off waits too
            if page.locator(".empty").count():
                break
            at = shown(page)
            keys.append(adopt(page))
            until(page, f"document.querySelector('.item')?.dataset.number !== {at!r}")
        settled(page)
        page.reload()
        page.wait_for_selector(".item, .empty")
        for _ in range(20):  # what was split off last may come after the page had nothing left to show
            if not any(r.state == State.WAITING for r in site.rows()):
                break
            if page.locator(".item").count():
                keys.append(adopt(page))
                page.wait_for_timeout(300)
            else:
                page.reload()
                page.wait_for_selector(".item, .empty")
        rows = site.rows()
        assert [r.submission_id for r in rows if r.state == State.WAITING] == []
        assert len(suggested) == 150
        assert median(keys) <= 4
        assert max(keys) <= 4
        with site.store.snapshot() as session:
            assert history.verify(session) == []
            taken = {e.row_id: e.action for e in session.scalars(select(EventRow).where(EventRow.action.in_(list(Action))))}
        assert {i: a for i, a in taken.items() if i in suggested} == suggested


def test_each_key_does_what_is_written_on_it(site: Site, visit: Open) -> None:
    add(site.store, *(row(n, parts=n == 4) for n in range(1, 10)))
    page = visit()
    for keys in (["a"], ["r", "Enter"], ["m", "Enter"], ["s", "Enter"], ["t", "2"], ["n", "1", "Enter"]):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_timeout(150)
    settled(page)
    page.keyboard.press("c")
    page.keyboard.press("1")
    until(page, "document.querySelector('.item .meta').textContent.includes('装备')")
    page.keyboard.press("e")
    page.keyboard.type("王教授")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('.item .meta').textContent.includes('王教授')")
    rows = {r.submission_id: r for r in site.rows()}
    assert [rows[f"S-{n}"].state for n in range(1, 8)] == ["已接收", "待补正", "已合并", "已拆分", "已转出", "不予受理", "待处理"]
    assert rows["S-3"].merge_into == "S-2"
    assert (rows["S-5"].channel, rows["S-6"].opinion, rows["S-7"].expert) == ("人才服务", "不属于征集领域", "王教授")


def test_undo_brings_back_the_row_that_was_decided_last(site: Site, visit: Open) -> None:
    add_many(site.store, 3)
    page = visit()
    page.keyboard.press("a")
    until(page, "document.querySelector('.item').dataset.number === 'S-2'")
    settled(page)
    page.keyboard.press("u")
    page.wait_for_selector(".banner")
    assert shown(page) == "S-1"
    assert site.row(1).state == "待处理"


def test_keys_do_nothing_while_text_is_typed_or_composed(site: Site, visit: Open) -> None:
    add_many(site.store, 2)
    page = visit()
    page.keyboard.press("/")
    page.keyboard.type("aaa rnts")
    page.keyboard.press("Escape")
    page.evaluate("""() => { for (const init of [{key: 'a', isComposing: true}, {key: 'Process', keyCode: 229}, {key: 'a', ctrlKey: true}, {key: 'a', repeat: true}])
        document.body.dispatchEvent(new KeyboardEvent('keydown', {...init, bubbles: true})); }""")
    page.wait_for_timeout(300)
    assert {r.state for r in site.rows()} == {"待处理"}


def test_an_edit_that_crossed_another_shows_the_fresh_row_and_who_changed_it(site: Site, visit: Open) -> None:
    add_many(site.store, 2)
    first, second = visit("张三"), visit("李四", quiet=(409,))
    first.keyboard.press("a")
    settled(first)
    second.keyboard.press("n")
    second.keyboard.press("1")
    second.keyboard.press("Enter")
    second.wait_for_selector(".banner")
    said = second.locator(".banner").inner_text()
    assert "已被别人改动" in said
    assert "张三 “接收”：状态 待处理 → 已接收" in said
    assert shown(second) == "S-1"
    assert second.locator(".item").get_attribute("data-state") == "已接收"
    assert site.row(1).state == "已接收"


def test_many_rows_at_once_are_shown_first(site: Site, visit: Open) -> None:
    add_many(site.store, 5)
    page = visit()
    for key in ("x", "j", "x", "b", "2", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector("#bulk .preview tr")
    assert {r.state for r in site.rows()} == {"待处理"}
    page.keyboard.press("Enter")
    page.wait_for_selector("#bulk", state="hidden")
    assert [r.state for r in site.rows()] == ["已接收", "已接收", "待处理", "待处理", "待处理"]


HOSTILE = ("<img src=x onerror=window.pwned=1>", "\"><script>window.pwned=1</script>", "'; DROP TABLE events; --", "{{7*7}}${7*7}", "</textarea><svg onload=window.pwned=1>",
           "‮gnp.exe", "javascript:window.pwned=1", "=HYPERLINK(\"http://evil.example\",\"x\")")


def test_hostile_titles_are_text(site: Site, visit: Open) -> None:
    add(site.store, *(row(n, title=t, text=f"{t}\n{t}") for n, t in enumerate(HOSTILE, 1)))
    page = visit()
    for title in HOSTILE:
        assert page.locator(".item h1").inner_text() == title
        for key in ("r", "Escape", "s", "Escape", "m", "Escape"):
            page.keyboard.press(key)
        page.keyboard.press("j")
        page.wait_for_timeout(120)
    page.goto(f"{site.base}/numbers")
    assert page.evaluate("window.pwned") is None
    assert len(site.rows()) == len(HOSTILE)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1366, 768)])
def test_the_screen_does_not_scroll_and_everything_has_a_name(site: Site, visit: Open, width: int, height: int) -> None:
    add_many(site.store, 40)
    page = visit()
    page.set_viewport_size({"width": width, "height": height})
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [width, height]
    outside = page.evaluate("""() => [...document.querySelectorAll('.actions button, .bar a, .bar button, #filters *')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth || e.getBoundingClientRect().bottom > innerHeight).length""")
    assert outside == 0
    nameless = page.evaluate("""() => [...document.querySelectorAll('input, select, textarea, button, [role=region], [role=listbox], dialog')]
        .filter((e) => !(e.labels?.length || e.ariaLabel || e.getAttribute('aria-labelledby') || e.textContent.trim() || e.type === 'hidden')).map((e) => e.outerHTML)""")
    assert nameless == []


CONTRAST = """() => {
  const lum = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)|transparent/.test(c)) return c; } return 'rgb(255,255,255)'; };
  const low = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) || !e.getClientRects().length) continue;
    const [a, b] = [lum(getComputedStyle(e).color), lum(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.push(e.outerHTML.slice(0, 80));
  }
  return low;
}"""


def test_every_text_has_enough_contrast(site: Site, visit: Open) -> None:
    add(site.store, *(row(n, original="原文") for n in range(1, 6)))
    page = visit(role=Role.ADMINISTRATOR)
    page.keyboard.press("a")
    settled(page)
    assert page.evaluate(CONTRAST) == []
    for path in ("/numbers", "/uploads", "/users", "/account"):
        page.goto(site.base + path)
        assert page.evaluate(CONTRAST) == []


def test_the_original_is_shown_only_when_asked_for_and_the_look_is_noted(site: Site, visit: Open) -> None:
    masked = row(1).masked
    add(site.store, row(1, original=masked.replace("＊" * 11, "13812345678")))
    page = visit()
    assert "13812345678" not in page.content()
    page.keyboard.press("o")
    page.wait_for_selector(".warn")
    assert "13812345678" in page.locator(".text").inner_text()
    with site.store.reading() as session:
        assert session.scalars(select(EventRow.actor).where(EventRow.action == "查看原文")).all() == ["张三"]
    reader = visit("王五", Role.READER)
    reader.keyboard.press("o")
    reader.keyboard.press("a")
    reader.wait_for_timeout(200)
    assert "13812345678" not in reader.content()
    assert site.row(1).state == "待处理"
