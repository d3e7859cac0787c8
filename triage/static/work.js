// The screen: shows a row, sends a decision, goes on to the next, which is already here.
import { openBulk, wireBulk } from "./bulk.js";
import { element, fragment, send } from "./common.js";
import { choose, open, wire } from "./dialogs.js";
import { after, load, line, pick, queue, select, update } from "./queue.js";

const main = document.querySelector("#main");
const panel = document.querySelector("#panel");
const STAYS = new Set(["改环节", "指派专家"]);
const kept = new Map(); // row -> promise of its article
const seen = new Map(); // row -> the version the clerk has seen
const running = new Map(); // row -> promise of its last change
const done = []; // rows decided here, for undo
let decided = 0;

// ---- showing ----

function fetched(id) {
  if (!kept.has(id)) {
    kept.set(id, send("GET", `/rows/${id}`).then(({ ok, data }) => (ok ? fragment(data).firstElementChild : notice(data.message || "载入失败"))));
  }
  return kept.get(id);
}

function notice(words) {
  const made = element("p", words, "empty");
  made.setAttribute("role", "status");
  return made;
}

async function show(id, { again = false } = {}) {
  if (id === null) {
    queue.current = null;
    panel.replaceChildren(notice(queue.lines.length ? "这些都处理完了。可在左上方换一个筛选条件。" : "没有符合条件的材料。可清除筛选，或到“上传材料”读入新的一批。"));
    panel.setAttribute("aria-busy", "false");
    return;
  }
  if (again) kept.delete(id);
  select(id);
  const article = await fetched(id);
  if (queue.current !== id) return; // the clerk went on meanwhile
  panel.replaceChildren(article);
  panel.setAttribute("aria-busy", "false");
  if (article.dataset.version) seen.set(id, Number(article.dataset.version));
  for (const at of article.querySelectorAll("time")) at.textContent = new Date(at.dateTime).toLocaleString("zh-CN", { hour12: false });
  ahead(id);
  trim(id);
}

function ahead(id) {
  let next = id;
  for (let i = 0; i < Number(main.dataset.prefetched) && next !== null; i += 1) {
    next = after(next, 1, { waiting: true });
    if (next !== null) fetched(next);
  }
}

function trim(id) {
  if (kept.size < 40) return;
  for (const other of kept.keys()) if (other !== id && kept.size > 20) kept.delete(other);
}

function banner(words) {
  const made = element("p", words, "banner");
  made.setAttribute("role", "alert");
  panel.querySelector(".middle")?.prepend(made);
}

function progress() {
  document.querySelector("#progress").textContent = `筛选出 ${queue.lines.length} 份 · 本次已处理 ${decided} 份`;
}

// ---- deciding ----

function saving() {
  document.querySelector("#saving").textContent = running.size ? "正在保存…" : decided ? "已保存" : "";
}

function change(id, work) {
  const mine = (running.get(id) || Promise.resolve()).then(work).finally(() => {
    if (running.get(id) === mine) running.delete(id);
    saving();
  });
  running.set(id, mine);
  saving();
  return mine;
}

async function act(action, fields = {}) {
  const id = queue.current;
  if (id === null) return;
  const goesOn = !STAYS.has(action);
  const sent = change(id, () => send("POST", `/rows/${id}/decide`, { action, row_version: seen.get(id), ...fields }));
  if (goesOn) show(after(id, 1, { waiting: true }));
  const { ok, data, status } = await sent;
  kept.delete(id);
  if (!ok) {
    await show(id, { again: true });
    banner(refusal(status, data));
    return;
  }
  seen.set(id, data.row_version);
  update({ id, state: data.state, segment: data.segment, row_version: data.row_version });
  done.push(id);
  decided += 1;
  progress();
  saving();
  recount();
  if (!goesOn) await show(id, { again: true });
}

function refusal(status, data) {
  const changes = (data.changes || []).map((c) => `${new Date(c.at).toLocaleTimeString("zh-CN", { hour12: false })} ${c.by} “${c.action}”：${c.field} ${c.before || "（空）"} → ${c.now || "（空）"}`);
  return [data.message || `没有保存（${status}）`, ...changes].join("；");
}

async function undo() {
  const id = done.pop() ?? queue.current;
  if (id === null || id === undefined) return;
  const { ok, data, status } = await change(id, () => send("POST", `/rows/${id}/undo`, { row_version: seen.get(id) ?? line(id)?.row_version ?? 1 }));
  if (ok) {
    seen.set(id, data.row_version);
    update({ id, state: data.state, segment: data.segment, row_version: data.row_version });
    recount();
  }
  await show(id, { again: true });
  banner(ok ? "已撤销，恢复为撤销前的状态" : refusal(status, data));
}

let counting = 0;
function recount() {
  clearTimeout(counting);
  counting = setTimeout(() => load({ lines: false }), 1500);
}

function adopt() {
  const item = panel.querySelector(".item");
  if (item) press(item.dataset.suggested);
}

function press(action) {
  if (!document.querySelector(`[data-action="${action}"]`)) return; // this role may not
  if (action === "接收") act(action);
  else open(panel.querySelector(`dialog[data-dialog="${action}"]`));
}

// ---- keys ----

const KEYS = {
  ...Object.fromEntries([...document.querySelectorAll("[data-action]")].map((b) => [b.dataset.key, () => press(b.dataset.action)])),
  J: () => step(1), K: () => step(-1), ARROWDOWN: () => step(1), ARROWUP: () => step(-1), U: undo, ENTER: adopt, O: original, I: scan,
  X: () => queue.current && pick(queue.current), B: () => openBulk(queue.current), "/": () => document.querySelector("#filters [name=q]").focus(),
  "?": () => document.querySelector("#help").showModal(),
};
const REPEATS = new Set(["J", "K", "ARROWDOWN", "ARROWUP"]);

function step(by) {
  const next = queue.current === null ? after(null) : after(queue.current, by);
  if (next !== null) show(next);
}

async function original() {
  const id = queue.current;
  if (id === null || !panel.querySelector('[data-key="O"]')) return;
  const { ok, data } = await send("POST", `/rows/${id}/original`);
  if (ok && queue.current === id) {
    kept.set(id, Promise.resolve(fragment(data).firstElementChild));
    await show(id);
    kept.delete(id); // not to be shown again unasked
  }
}

function scan() {
  const dialog = panel.querySelector("dialog.scan");
  if (!dialog) return;
  const picture = dialog.querySelector("img");
  picture.src = picture.dataset.src; // only now: each look is noted
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) {
    if (event.ctrlKey && event.key === "Enter" && event.target.form) event.target.form.requestSubmit();
    return;
  }
  const typing = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
  const dialog = document.querySelector("dialog[open]");
  if (dialog) {
    if (!typing && /^[1-9]$/.test(event.key) && choose(dialog, Number(event.key))) event.preventDefault();
    return;
  }
  if (typing) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && event.target.closest("button, a, summary")) return;
  const key = event.key.toUpperCase();
  if (!KEYS[key] || (event.repeat && !REPEATS.has(key))) return;
  event.preventDefault();
  KEYS[key]();
});

// ---- mouse, filters, others' changes ----

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]")?.dataset.key.toUpperCase();
  if (key && KEYS[key]) {
    event.target.closest("[data-key]").blur(); // so that Enter means the suggestion again
    KEYS[key]();
    return;
  }
  const item = event.target.closest("#list li");
  if (item) show(Number(item.dataset.id));
  const goal = event.target.closest("[data-goto]");
  if (goal) point(Number(goal.dataset.goto));
  const other = event.target.closest("[data-open]")?.dataset.open;
  if (other) jump(other);
});

function point(at) {
  const marks = [...panel.querySelectorAll("mark[data-at]")];
  const found = marks.find((m) => Number(m.dataset.at) >= at) || marks.at(-1);
  found?.scrollIntoView({ block: "center" });
  found?.animate([{ outlineColor: "#b91c1c" }, { outlineColor: "transparent" }], { duration: 1500 });
}

async function jump(number) {
  let found = queue.lines.find((l) => l.submission_id === number);
  if (!found) {
    const { ok, data } = await send("GET", `/queue?q=${encodeURIComponent(number)}`);
    found = ok && data.lines.find((l) => l.submission_id === number);
  }
  if (found) show(found.id);
  else banner(`队列里没有 ${number}（历史项目不在队列中）`);
}

async function refilter() {
  await load();
  progress();
  await show(after(null));
}

const filters = document.querySelector("#filters");
filters.addEventListener("change", refilter);
filters.addEventListener("reset", () => setTimeout(refilter));
filters.addEventListener("submit", (event) => { event.preventDefault(); event.target.elements.q.blur(); refilter(); });

async function others() {
  if (document.hidden) return;
  const { ok, data } = await send("GET", `/changes?since=${queue.newest}`);
  if (!ok) return;
  queue.newest = data.newest;
  for (const changed of data.lines) {
    const mine = running.has(changed.id) || (seen.get(changed.id) ?? 0) >= changed.row_version;
    update(changed);
    if (mine) continue;
    kept.delete(changed.id);
    if (changed.id === queue.current && !document.querySelector("dialog[open]")) {
      await show(changed.id, { again: true });
      banner("这一份刚被别人改动，已显示最新内容");
    }
  }
}

window.addEventListener("beforeunload", (event) => { if (running.size) event.preventDefault(); });
wire(panel, act);
wireBulk((items) => {
  for (const item of items) {
    update({ id: item.id, state: item.after, row_version: item.row_version });
    kept.delete(item.id);
    done.push(item.id);
    seen.set(item.id, item.row_version);
  }
  decided += items.length;
  progress();
  recount();
  show(after(null, 1, { waiting: true }));
});
setInterval(others, 1000 * Number(main.dataset.poll));
document.querySelector("#filters [name=state]").dataset.wanted = "待处理";
filters.elements.state.append(new Option("待处理", "待处理", true, true));
await refilter();
if (location.hash === "#first") { // straight from the one-time link: somebody who has never been here
  history.replaceState(null, "", "/");
  document.querySelector("#help").showModal();
}
