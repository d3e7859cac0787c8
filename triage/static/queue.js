// The list on the left: lines, filters with counts, and where in it the clerk is.
import { element, send } from "./common.js";

const SIGNS = { fail: "✗", unknown: "?", pass: "✓" };
const VERDICTS = { fail: "✗ 有不符合", unknown: "? 有未写明", pass: "✓ 均符合" };
const WAITING = "待处理";
const list = document.querySelector("#list");
const filters = document.querySelector("#filters");
const segments = Object.fromEntries([...document.querySelectorAll("#segment-names option")].map((o) => [o.value, o.textContent]));

export const queue = { lines: [], index: new Map(), current: null, newest: 0, picked: new Set(), total: 0 };

export function chosen() {
  const found = new URLSearchParams();
  for (const field of filters.elements) if (field.name && field.value) found.set(field.name, field.value);
  return found;
}

export async function load({ lines = true } = {}) {
  const { ok, data } = await send("GET", `/queue?${chosen()}`);
  if (!ok) return false;
  for (const [name, counts] of Object.entries(data.counts)) fill(filters.elements[name], counts);
  queue.total = data.lines.length;
  if (lines) {
    queue.newest = data.newest;
    queue.lines = data.lines;
    queue.index = new Map(data.lines.map((line, i) => [line.id, i]));
    list.replaceChildren(...data.lines.map(entry));
  }
  return true;
}

function fill(select, counts) {
  const wanted = select.value || select.dataset.wanted || "";
  const names = { segment: segments, verdict: VERDICTS }[select.name] || {};
  const sum = Object.values(counts).reduce((a, b) => a + b, 0);
  const options = [new Option(`${select.dataset.label}：全部（${sum}）`, "")];
  for (const [value, count] of Object.entries(counts)) options.push(new Option(`${names[value] || value}（${count}）`, value));
  if (wanted && !(wanted in counts)) options.push(new Option(`${names[wanted] || wanted}（0）`, wanted));
  select.replaceChildren(...options);
  select.value = wanted;
  select.dataset.wanted = "";
}

function entry(line) {
  const item = element("li");
  item.id = `line-${line.id}`;
  item.dataset.id = line.id;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.append(
    element("span", SIGNS[line.verdict] || "?", `sign ${line.verdict}`),
    element("span", line.title, "title"),
    element("span", `${line.province} · ${line.submission_id}${line.version > 1 ? ` · 第${line.version}版` : ""}`, "number"),
    element("span", "", "state"));
  mark(item, line);
  return item;
}

function mark(item, line) {
  item.classList.toggle("done", line.state !== WAITING);
  item.classList.toggle("picked", queue.picked.has(line.id));
  const state = item.querySelector(".state");
  state.textContent = line.state === WAITING ? line.suggested : line.state;
  state.classList.toggle("suggested", line.state === WAITING);
}

export function line(id) {
  return queue.lines[queue.index.get(id)];
}

export function update(changed) {
  const known = line(changed.id);
  if (!known) return;
  Object.assign(known, changed);
  const item = document.querySelector(`#line-${changed.id}`);
  if (item) mark(item, known);
}

export function select(id) {
  document.querySelector("#list [aria-selected=true]")?.setAttribute("aria-selected", "false");
  queue.current = id;
  const item = document.querySelector(`#line-${id}`);
  if (!item) return;
  item.setAttribute("aria-selected", "true");
  list.setAttribute("aria-activedescendant", item.id);
  const top = item.offsetTop - list.offsetTop;
  if (top < list.scrollTop || top + item.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 3;
}

// The next line that still waits; where the filter is on another state, simply the next.
export function after(id, step = 1, { waiting = false } = {}) {
  const start = queue.index.has(id) ? queue.index.get(id) : -1;
  const only = waiting && [WAITING, ""].includes(filters.elements.state.value);
  for (let i = start + step; i >= 0 && i < queue.lines.length; i += step) {
    if (!only || queue.lines[i].state === WAITING) return queue.lines[i].id;
  }
  return null;
}

export function pick(id) {
  if (queue.picked.has(id)) queue.picked.delete(id);
  else queue.picked.add(id);
  update({ id });
  const said = document.querySelector("#picked");
  said.hidden = queue.picked.size === 0;
  said.textContent = `已勾选 ${queue.picked.size} 份，按 B 批量处理`;
}

export function clearPicks() {
  const before = [...queue.picked];
  queue.picked.clear();
  before.forEach((id) => update({ id }));
  document.querySelector("#picked").hidden = true;
}
