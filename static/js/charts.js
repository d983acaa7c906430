// Draws the pictures of a page with Plotly, from the JSON in each figure's `data-chart`. The same numbers stand in a
// table beside, so a figure is hidden until it is drawn. Colours are the page's own: light, dark, forced and print.

const ROW = 52;
const SYMBOLS = ["circle", "diamond-open", "square-open", "triangle-up-open"];
const SHARES = [0, 0.2, 0.4, 0.6, 0.8, 1];
const DARK_ENOUGH = 0.7; // from this shade on, letters in the paper's colour are easier to read
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const print = window.matchMedia("print");

function themeOf(figure) {
  const style = getComputedStyle(figure);
  const token = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  if (print.matches) {
    const grey = (share) => `rgb(${Array(3).fill(Math.round(255 - 200 * share)).join(", ")})`;
    return { text: "#000", quiet: "#bbb", strong: "#000", paper: "#fff", font: style.fontFamily, mixed: grey };
  }
  return {
    text: style.color,
    quiet: token("--ds-color-neutral-border-subtle", "#ccc"),
    strong: token("--ds-color-base-default", style.color),
    paper: token("--ds-color-neutral-background-default", "#fff"),
    font: style.fontFamily,
    mixed: (share) => mixed(figure, share),
  };
}

/** The page's own colour, thinned with its background: Plotly understands «rgb(…)» only. */
function mixed(figure, share) {
  const probe = document.createElement("span");
  probe.style.color =
    `color-mix(in srgb, var(--ds-color-base-default) ${share * 100}%, var(--ds-color-neutral-background-default))`;
  figure.append(probe);
  const parts = getComputedStyle(probe).color.match(/[\d.]+(?:e-?\d+)?/g).slice(0, 3).map(Number);
  probe.remove();
  const scale = parts.every((part) => part <= 1) ? 255 : 1;
  return `rgb(${parts.map((part) => Math.round(part * scale)).join(", ")})`;
}

/** The text broken into lines that fit `width` pixels, at most two: the table has the whole of it. */
function broken(text, width) {
  const room = Math.max(20, Math.floor(width / 7.6));
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if ((lines[last] + " " + word).trim().length <= room) lines[last] = (lines[last] + " " + word).trim();
    else lines.push(word);
  }
  return lines.length > 2 ? `${lines[0]}<br>${lines[1]} …` : lines.join("<br>");
}

function rowNames(chart, theme, width) {
  return chart.rows.map((text, row) => ({
    text: broken(text, width),
    xref: "paper", x: 0, xshift: -18, xanchor: "left", y: row - 0.26, yanchor: "bottom",
    showarrow: false, align: "left", bgcolor: theme.paper, borderpad: 2, font: { size: 14, color: theme.text },
  }));
}

function frame(chart, theme, width) {
  const rows = chart.rows.length;
  return {
    height: rows * (ROW + 24) + 90,
    margin: { l: 20, r: 20, t: chart.series.length > 1 ? 44 : 12, b: 48 },
    paper_bgcolor: "transparent", plot_bgcolor: "transparent",
    font: { family: theme.font, size: 14, color: theme.text },
    showlegend: chart.series.length > 1,
    legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", traceorder: "normal" },
    hoverlabel: { bgcolor: theme.paper, font: { color: theme.text, family: theme.font } },
    yaxis: { range: [rows - 0.4, -0.85], visible: false, fixedrange: true },
    annotations: rowNames(chart, theme, width),
  };
}

function dots(chart, theme, width) {
  const apart = chart.series.length > 1 ? 0.15 : 0;
  const traces = chart.series.map((series, place) => {
    const known = series.points.map((point, row) => ({ point, row })).filter(({ point }) => point);
    const offset = (place - (chart.series.length - 1) / 2) * apart + 0.06;
    const last = place === chart.series.length - 1;
    return {
      type: "scatter", mode: "markers", name: series.name, hoverinfo: "text",
      x: known.map(({ point }) => point.value),
      y: known.map(({ row }) => row + offset),
      text: known.map(({ point }) => point.told),
      marker: { size: 11, symbol: last ? "circle" : SYMBOLS[place + 1], color: last ? theme.strong : theme.text,
        line: { width: 2, color: last ? theme.strong : theme.text } },
      error_x: {
        type: "data", symmetric: false, thickness: 2, width: 0, color: last ? theme.strong : theme.text,
        array: known.map(({ point }) => (point.high ?? point.value) - point.value),
        arrayminus: known.map(({ point }) => point.value - (point.low ?? point.value)),
      },
    };
  });
  const layout = frame(chart, theme, width);
  const { value, told } = chart.limit;
  layout.xaxis = { range: chart.range, title: { text: chart.axis }, gridcolor: theme.quiet, zeroline: false,
    tickformat: ".1f", fixedrange: true };
  layout.separators = ", ";
  layout.shapes = [{ type: "line", x0: value, x1: value, yref: "paper", y0: 0, y1: 1,
    line: { color: theme.text, width: 1.5, dash: "dash" } }];
  layout.annotations.push({ text: told, x: value, xanchor: "left", yref: "paper", y: 0, yanchor: "bottom",
    showarrow: false, xshift: 4, bgcolor: theme.paper, font: { size: 13, color: theme.text } });
  return [traces, layout];
}

function shares(chart, theme, width) {
  const traces = chart.series.map((series, place) => ({
    type: "bar", orientation: "h", name: series.name, width: 0.34, hoverinfo: "text+name",
    x: series.points.map((point) => point.value),
    y: series.points.map((_, row) => row + 0.1),
    text: series.points.map((point) => (point.value >= 0.07 ? point.told : "")),
    hovertext: series.points.map((point) => point.told),
    textposition: "inside", insidetextanchor: "middle", textangle: 0, constraintext: "none",
    marker: { color: theme.mixed(shade(place, chart.series.length)), line: { color: theme.text, width: 1 } },
    insidetextfont: { size: 13, color: shade(place, chart.series.length) > DARK_ENOUGH ? theme.paper : theme.text },
  }));
  const layout = frame(chart, theme, width);
  layout.barmode = "stack";
  layout.xaxis = { range: [0, 1.001], tickvals: SHARES, ticktext: SHARES.map((share) => `${Math.round(share * 100)}\u00a0%`), title: { text: chart.axis },
    gridcolor: theme.quiet, fixedrange: true };
  return [traces, layout];
}

function shade(place, count) {
  return count < 2 ? 1 : 0.08 + (0.9 * place) / (count - 1);
}

function draw(figure) {
  figure.hidden = false;
  const canvas = figure.querySelector(".chart-canvas");
  const chart = JSON.parse(figure.dataset.chart);
  const [traces, layout] = (chart.kind === "dots" ? dots : shares)(chart, themeOf(figure), canvas.clientWidth);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", figure.dataset.told);
  return Plotly.react(canvas, traces, layout, { displayModeBar: false, responsive: true });
}

function drawAll() {
  document.querySelectorAll("figure[data-chart]").forEach(draw);
}

if (window.Plotly) {
  drawAll();
  dark.addEventListener("change", drawAll);
  print.addEventListener("change", drawAll);
  let waiting = 0;
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(drawAll);
  });
}
