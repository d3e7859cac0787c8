// Dialogs of the row that is shown: what a form says becomes the fields of one decision.
function text(form, name) {
  return (form.elements[name]?.value || "").trim();
}

function checked(form) {
  return form.querySelector("input[name=chosen]:checked")?.value || "";
}

const READS = {
  "退回补正": (form) => ({ questions: text(form, "questions").split("\n").map((q) => q.trim()).filter(Boolean), opinion: text(form, "opinion") }),
  "拆分": (form) => ({ parts: [...form.querySelectorAll("[name=part]")].map((p) => p.value.trim()).filter(Boolean).map(part) }),
  "合并到": (form) => ({ merge_into: text(form, "merge_into") || checked(form), opinion: text(form, "opinion") }),
  "改环节": (form, button) => ({ segment: button?.value }),
  "转其他渠道": (form, button) => ({ channel: text(form, "typed") || button?.value || "" }),
  "不予受理": (form) => ({ opinion: [checked(form), text(form, "opinion")].filter(Boolean).join("；") }),
  "指派专家": (form) => ({ expert: text(form, "expert") }),
};

const LACKS = {
  "退回补正": (d) => !d.questions.length && !d.opinion && "请至少写一条要补正的内容",
  "拆分": (d) => d.parts.length < 2 && "拆分至少要有两项",
  "合并到": (d) => !d.merge_into && "请选择或填写要合并到的编号",
  "转其他渠道": (d) => !d.channel && "请选择或填写渠道",
  "不予受理": (d) => !d.opinion && "请选择或填写理由",
  "指派专家": (d) => !d.expert && "请填写专家",
};

function part(written) {
  const [title, ...rest] = written.split("\n");
  return { title: title.trim().slice(0, 200), text: rest.join("\n") };
}

export function open(dialog) {
  if (!dialog || dialog.open) return;
  dialog.querySelector(".said").textContent = "";
  dialog.showModal();
}

// Calls act(action, fields) once the form is complete.
export function wire(panel, act) {
  panel.addEventListener("submit", (event) => {
    const dialog = event.target.closest("dialog[data-dialog]");
    if (!dialog) return;
    event.preventDefault();
    const action = dialog.dataset.dialog;
    const fields = READS[action](event.target, event.submitter?.name ? event.submitter : null);
    const lack = LACKS[action]?.(fields);
    if (lack) {
      dialog.querySelector(".said").textContent = lack;
      return;
    }
    dialog.close();
    act(action, fields);
  });
}

// A digit chooses, in any open dialog; returns whether it did.
export function choose(dialog, digit) {
  const choice = dialog.querySelectorAll(".choices > *")[digit - 1];
  if (!choice) return false;
  if (choice.matches("button")) choice.click();
  else choice.querySelector("input").click();
  return true;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
});
