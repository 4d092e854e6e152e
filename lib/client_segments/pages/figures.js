(() => {
  "use strict";
  const PRINT_WIDTH = 660; // px: what fits on A4 with its margins
  const config = { responsive: true, displayModeBar: false, displaylogo: false, showTips: false };
  const plots = [];
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const chart = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const plot = figure.querySelector("[data-plot]");
    plots.push(plot);
    Plotly.newPlot(plot, chart.data, chart.layout, config)
      .then(() => figure.setAttribute("data-drawn", "true"))
      .catch((error) => console.error(error));
  }
  // A drawing keeps the width of the screen and would be clipped on paper.
  addEventListener("beforeprint", () =>
    plots.forEach((plot) => Plotly.relayout(plot, { autosize: false, width: PRINT_WIDTH })));
  addEventListener("afterprint", () =>
    plots.forEach((plot) => Plotly.relayout(plot, { autosize: true, width: null })));
})();
