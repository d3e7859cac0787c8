// Forms that are one request: data-post is where, the answer's message is shown beside the button.
import { element, send } from "./common.js";

function values(form) {
  const found = {};
  for (const field of form.elements) {
    if (!field.name || field.name === "again") continue;
    found[field.name] = "boolean" in field.dataset ? field.checked : field.value;
  }
  if (form.dataset.token === "hash") found.token = location.hash.slice(1);
  return found;
}

for (const form of document.querySelectorAll("form[data-post]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = form.querySelector(".said");
    const again = form.elements.again;
    if (again && again.value !== (form.elements.new || form.elements.password).value) {
      said.textContent = "两次输入的口令不一样";
      return;
    }
    const { ok, data } = await send("POST", form.dataset.post, values(form));
    said.replaceChildren(data.message || "");
    if (ok && data.link) {
      const link = element("input");
      link.readOnly = true;
      link.value = location.origin + data.link;
      link.setAttribute("aria-label", "一次性链接，请复制给本人");
      said.append("　请复制给本人（只显示这一次）：", link);
      link.select();
    }
    if (ok && data.next) location.assign(data.next);
  });
}
