"use strict";
// The page is complete without this: each drawing that has a chart is shown as one, with a button back to the drawing.
(function () {
  function draw(figure, box, spec) {
    const chart = echarts.init(box, null, { renderer: "svg" });
    // The templates of ECharts would show R&amp;D for R&D; in this mode what a function returns is drawn as text.
    spec.option.tooltip.formatter = function (point) { return point.name; };
    chart.setOption(spec.option);
    new ResizeObserver(function () { if (box.clientWidth) chart.resize(); }).observe(box);
  }
  document.querySelectorAll("figure.drawing").forEach(function (figure) {
    const data = figure.querySelector("script[type='application/json']");
    if (!data) return;
    const spec = JSON.parse(data.textContent);
    const box = document.createElement("div");
    const button = document.createElement("button");
    box.className = "live";
    box.style.height = spec.height + "px";
    if (spec.width) box.style.maxWidth = spec.width + "px";
    button.type = "button";
    button.textContent = "看静态图";
    button.addEventListener("click", function () {
      button.textContent = figure.classList.toggle("interactive") ? "看静态图" : "看交互图";
    });
    figure.insertBefore(button, data);
    figure.insertBefore(box, data);
    figure.classList.add("interactive");
    const seen = new IntersectionObserver(function (entries) {
      if (!entries.some(function (entry) { return entry.isIntersecting; })) return;
      seen.disconnect();
      draw(figure, box, spec);
    }, { rootMargin: "300px" });
    seen.observe(box);
  });
})();
