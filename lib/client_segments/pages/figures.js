(async () => {
  "use strict";
  const PRINT_WIDTH = 660; // px: what fits on A4 with its margins
  const config = { responsive: true, displayModeBar: false, displaylogo: false, showTips: false };
  const figures = [...document.querySelectorAll("figure[data-chart]")];
  const plots = [];

  // The library lies in the page packed, a third of its size. Its text is known to the page's
  // policy by its hash, so it may run, and nothing else may.
  async function unpackLibrary() {
    const packed = document.getElementById("library").textContent;
    const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.body.append(script);
  }

  function draw(figure) {
    const chart = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const plot = figure.querySelector("[data-plot]");
    plots.push(plot);
    Plotly.newPlot(plot, chart.data, chart.layout, config)
      .then(() => figure.setAttribute("data-drawn", "true"))
      .catch((error) => console.error(error));
  }

  try {
    await unpackLibrary();
  } catch (error) {
    console.error(error);
    figures.forEach((figure) => { figure.querySelector("[data-undrawn]").hidden = false; });
    return;
  }
  figures.forEach(draw);
  // A drawing keeps the width of the screen and would be clipped on paper.
  addEventListener("beforeprint", () =>
    plots.forEach((plot) => Plotly.relayout(plot, { autosize: false, width: PRINT_WIDTH })));
  addEventListener("afterprint", () =>
    plots.forEach((plot) => Plotly.relayout(plot, { autosize: true, width: null })));
})();
