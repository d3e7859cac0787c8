// Requests, and HTML from our own server made into elements. Every change carries the session's second token.
const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy("luxiantu", { createHTML: (html) => html })
  : { createHTML: (html) => html };

export function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html);
  return template.content;
}

export async function send(method, url, body) {
  const headers = { "X-Requested-With": "luxiantu", "X-CSRF-Token": document.querySelector("meta[name=csrf]").content };
  if (body !== undefined && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(url, { method, headers, body, credentials: "same-origin" });
  } catch {
    return { ok: false, status: 0, data: { message: "连接不上服务器，您的操作没有保存；请检查网络后重试" } };
  }
  if (response.status === 401 && !location.pathname.startsWith("/login")) {
    location.assign("/login");
  }
  const json = (response.headers.get("content-type") || "").includes("json");
  return { ok: response.ok, status: response.status, data: json ? await response.json() : await response.text() };
}

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

document.querySelector("#logout")?.addEventListener("click", async () => {
  const { ok, data } = await send("POST", "/logout");
  if (ok) location.assign(data.next);
});
