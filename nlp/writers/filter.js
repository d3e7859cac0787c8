"use strict";
// The page is complete without this: it only adds a box above long tables that hides rows without the typed words.
document.querySelectorAll("figure").forEach(function (figure) {
  const rows = Array.from(figure.querySelectorAll("tbody tr"));
  if (rows.length < 12) return;
  const box = document.createElement("input");
  box.type = "search";
  box.placeholder = "筛选本表，如环节名称或地区";
  box.setAttribute("aria-label", box.placeholder);
  box.addEventListener("input", function () {
    const words = box.value.trim().split(/\s+/);
    rows.forEach(function (row) {
      row.hidden = !words.every(function (word) { return row.textContent.includes(word); });
    });
  });
  figure.insertBefore(box, figure.querySelector(".scroll"));
});
