// Sending files with progress, then asking how far the reading is.
import "./forms.js";
import { send } from "./common.js";

const form = document.querySelector("#upload");
const bar = document.querySelector("#sent");
const said = form.querySelector(".said");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const request = new XMLHttpRequest(); // fetch does not tell how much has been sent
  request.open("POST", "/uploads");
  request.setRequestHeader("X-Requested-With", "luxiantu");
  request.setRequestHeader("X-CSRF-Token", document.querySelector("meta[name=csrf]").content);
  bar.hidden = false;
  request.upload.onprogress = (e) => { bar.value = (100 * e.loaded) / e.total; };
  request.onerror = () => { said.textContent = "没有传完，请重试"; };
  request.onload = () => {
    let data = {};
    try { data = JSON.parse(request.responseText); } catch { data = { message: "没有收下，请重试" }; }
    said.textContent = data.message || "";
    if (request.status === 200) follow(data.id);
  };
  request.send(new FormData(form));
});

async function follow(id, row) {
  const { ok, data } = await send("GET", `/uploads/${id}`);
  if (!ok) return;
  const words = [data.state, data.progress || data.message].filter(Boolean).join("：");
  if (row) {
    row.querySelector(".state").textContent = data.state;
    row.querySelector(".message").textContent = data.progress || data.message;
  } else {
    said.textContent = words;
  }
  if (data.state === "排队" || data.state === "读取中") setTimeout(() => follow(id, row), 1000);
  else if (!row) setTimeout(() => location.reload(), 1500);
}

for (const row of document.querySelectorAll("tr[data-upload]")) {
  if (row.dataset.state === "排队" || row.dataset.state === "读取中") follow(row.dataset.upload, row);
}

const sheet = document.querySelector("#sheet");
sheet.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { data } = await send("POST", "/sheet", new FormData(sheet));
  sheet.querySelector(".said").textContent = [data.message, ...(data.problems || [])].join("；");
});
