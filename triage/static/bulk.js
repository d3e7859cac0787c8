// Many rows at once: shown first, done on the second confirmation, all or none.
import { element, send } from "./common.js";
import { clearPicks, line, queue } from "./queue.js";

const dialog = document.querySelector("#bulk");
const form = dialog.querySelector("form");
const button = form.querySelector("button[type=submit]");
let previewed = false;

function ask() {
  const value = (name) => form.elements[name].value.trim() || null;
  const action = form.elements.action.value || null;
  return {
    action,
    items: [...queue.picked].map((id) => ({ id, row_version: line(id).row_version })),
    segment: action === "改环节" ? value("segment") : null,
    channel: value("channel"), expert: value("expert"), opinion: value("opinion") || "",
  };
}

function reset() {
  previewed = false;
  button.textContent = "先看结果";
  form.querySelector(".preview").replaceChildren();
  form.querySelector(".said").textContent = "";
  form.querySelector("[data-fill=count]").textContent = `${queue.picked.size} 份`;
}

function table(items) {
  const made = element("table");
  for (const item of items) {
    const row = made.insertRow();
    for (const words of [item.submission_id, item.title, item.problem ? `不能处理：${item.problem}` : `${item.before} → ${item.after}`]) row.insertCell().textContent = words;
    row.className = item.problem ? "fail" : "";
  }
  return made;
}

export function openBulk(current) {
  if (queue.picked.size === 0 && current) queue.picked.add(current);
  reset();
  dialog.showModal();
}

export function wireBulk(done) {
  form.addEventListener("change", reset);
  form.querySelector("[data-all]").addEventListener("click", () => {
    queue.lines.filter((l) => l.state === "待处理").slice(0, Number(document.querySelector("#main").dataset.bulk)).forEach((l) => queue.picked.add(l.id));
    reset();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { ok, data } = await send("POST", previewed ? "/bulk" : "/bulk/preview", ask());
    const said = form.querySelector(".said");
    if (!data.items) {
      said.textContent = data.message;
      return;
    }
    form.querySelector(".preview").replaceChildren(table(data.items));
    if (previewed && ok) {
      dialog.close();
      clearPicks();
      done(data.items);
      return;
    }
    const refused = data.items.filter((i) => i.problem).length;
    said.textContent = data.message || (refused ? `有 ${refused} 份不能处理；请去掉勾选后再试` : "");
    previewed = !refused;
    button.textContent = refused ? "再看一次" : `确认处理 ${data.items.length} 份`;
  });
}
