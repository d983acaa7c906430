// «Utforsk figuren»: fetches Plotly and the figure the server made, when a reader asks for it, and draws it in the page's
// colours. Without scripts the picture and its table are there all the same. Buttons are ours: they have words and keys.

const SYMBOL_TONES = { now: "strong", before: "text" };
const SECOND_LINE = 18; // a row whose name has two lines needs so many pixels more
const SAVED = { width: 900, scale: 2 };
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const open = new Map();
let library;

function themeOf(element) {
  const style = getComputedStyle(element);
  const token = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  return {
    text: style.color,
    quiet: token("--ds-color-neutral-border-subtle", "#ccc"),
    strong: token("--ds-color-base-default", style.color),
    paper: token("--ds-color-neutral-background-default", "#fff"),
    font: style.fontFamily,
    over: resolved(element, "var(--ds-color-success-surface-tinted)"),
    under: resolved(element, "var(--ds-color-warning-surface-tinted)"),
    mixed: (share) =>
      resolved(element, `color-mix(in srgb, var(--ds-color-base-default) ${share * 100}%, var(--ds-color-neutral-background-default))`),
  };
}

/** For a file that leaves the page: dark on white, whatever the page looks like. */
const PRINTED = {
  text: "#1e2b3c", quiet: "#ccc", strong: "#0062ba", paper: "#fff", font: "Inter, Arial, sans-serif",
  over: "#cdeedd", under: "#fbe3c0",
  mixed: (share) => `rgb(${[0, 98, 186].map((part) => Math.round(255 - (255 - part) * share)).join(", ")})`,
};

/** One of the page's own colours, or a mixture of them: Plotly understands «rgb(…)» only. */
function resolved(element, color) {
  const probe = document.createElement("span");
  probe.style.color = color;
  element.append(probe);
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

function themedTrace(trace, theme) {
  const found = structuredClone(trace);
  if (found.type === "heatmap") {
    // Never so strong that the numbers in the cells are hard to read.
    if (found.zmin < 0) found.colorscale = [[0, theme.under], [0.5, theme.paper], [1, theme.over]];
    else found.colorscale = [0, 0.25, 0.5, 0.75, 1].map((share) => [share, theme.mixed(0.6 * share)]);
    found.textfont = { color: theme.text };
  } else if (found.type === "bar") {
    found.marker = { color: theme.mixed(found.meta), line: { color: theme.text, width: 1 } };
    found.insidetextfont = { size: 13 };
  } else if (found.meta !== "line") {
    const color = theme[SYMBOL_TONES[found.meta]];
    found.marker = { ...found.marker, color, line: { width: 2, color } };
    found.error_x.color = color;
  }
  return found;
}

function themedLayout(layout, theme, width) {
  const found = structuredClone(layout);
  const axis = { gridcolor: theme.quiet, linecolor: theme.quiet };
  found.template = {
    layout: {
      font: { family: theme.font, size: 14, color: theme.text },
      paper_bgcolor: theme.paper, plot_bgcolor: theme.paper, xaxis: axis, yaxis: axis,
      shapedefaults: { line: { color: theme.text } },
      annotationdefaults: { bgcolor: theme.paper, font: { color: theme.text } },
      hoverlabel: { bgcolor: theme.paper, bordercolor: theme.text, font: { color: theme.text, family: theme.font } },
    },
  };
  const names = (found.annotations ?? []).filter((note) => note.name === "row");
  for (const note of names) note.text = broken(note.text, width);
  if (names.some((note) => note.text.includes("<br>"))) found.height += names.length * SECOND_LINE;
  return found;
}

/** The figure for the page, where the caption above says its title. */
function onPage(figure, canvas, state) {
  const theme = themeOf(canvas);
  const layout = themedLayout(figure.layout, theme, canvas.clientWidth);
  layout.title = { text: "" };
  // A cell has room for its number; on a phone the map is wider than the screen, as its table is.
  if (layout.meta.narrowest) layout.width = Math.max(layout.meta.narrowest, canvas.clientWidth);
  if (state.near) layout[layout.meta.axis ?? "xaxis"].range = figure.layout.meta.near;
  // The key of the answers stays above the figure, where it has room for a phone.
  if (figure.data[0].type === "bar") Object.assign(layout, { showlegend: false, margin: { ...layout.margin, t: 12 } });
  const data = figure.data.map((trace, place) => ({ ...themedTrace(trace, theme), visible: !state.hidden.has(place) }));
  return [data, layout, { displayModeBar: false, responsive: true }];
}

function draw(parts) {
  return window.Plotly.react(parts.canvas, ...onPage(parts.figure, parts.canvas, parts.state));
}

function loaded(address) {
  library ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", done);
    script.addEventListener("error", () => {
      library = undefined;
      script.remove();
      failed(new Error(address));
    });
    document.head.append(script);
  });
  return library;
}

async function fetched(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok || !answer.headers.get("Content-Type").startsWith("application/json")) throw new Error(address);
  return answer.json();
}

function partsOf(tools) {
  const figure = tools.parentElement;
  return {
    tools,
    canvas: figure.querySelector(".chart-canvas"),
    drawn: figure.querySelector(".chart-drawn"),
    told: figure.querySelector("figcaption")?.textContent ?? figure.querySelector(".chart-canvas").dataset.told,
    button: tools.querySelector("[data-explore]"),
    more: tools.querySelector(".chart-more"),
    series: tools.querySelector(".chart-series"),
    status: tools.querySelector(".chart-status"),
    state: { near: false, hidden: new Set() },
  };
}

async function show(parts) {
  const { tools, status } = parts;
  status.textContent = tools.dataset.loading;
  try {
    [parts.figure] = await Promise.all([parts.figure ?? fetched(tools.dataset.explored), loaded(tools.dataset.plotly)]);
  } catch {
    status.textContent = tools.dataset.failed;
    return;
  }
  status.textContent = "";
  const scrolls = Boolean(parts.figure.layout.meta.narrowest);
  parts.canvas.setAttribute("role", scrolls ? "group" : "img");
  parts.canvas.setAttribute("aria-label", parts.told);
  if (scrolls) parts.canvas.tabIndex = 0;
  if (parts.series && !parts.series.querySelector("input")) addSeries(parts);
  setOpen(parts, true);
  await draw(parts);
}

function setOpen(parts, isOpen) {
  parts.canvas.hidden = !isOpen;
  if (parts.drawn) parts.drawn.hidden = isOpen;
  parts.more.hidden = !isOpen;
  if (parts.series) parts.series.hidden = !isOpen;
  parts.button.textContent = isOpen ? parts.tools.dataset.closing : parts.tools.dataset.opening;
  if (isOpen) open.set(parts.tools, parts);
  else open.delete(parts.tools);
}

/** A box for each year: what the legend does for a mouse, for everybody. */
function addSeries(parts) {
  parts.figure.data.forEach((trace, place) => {
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: true });
    box.addEventListener("change", () => {
      if (box.checked) parts.state.hidden.delete(place);
      else parts.state.hidden.add(place);
      draw(parts);
    });
    label.append(box, ` ${trace.name}`);
    parts.series.append(label);
  });
}

/** A file of the whole figure with its title, as wide as a page of a report. */
async function save(parts, format) {
  const layout = themedLayout(parts.figure.layout, PRINTED, SAVED.width);
  layout.title = { ...layout.title, text: broken(layout.title.text, SAVED.width), font: { size: 18 } };
  layout.margin = { ...layout.margin, t: layout.margin.t + 64 };
  const height = layout.height + 64;
  const data = parts.figure.data.map((trace) => themedTrace(trace, PRINTED));
  const size = { width: SAVED.width, height };
  const drawing = await window.Plotly.toImage({ data, layout: { ...layout, ...size } }, { format: "svg", ...size });
  const address = format === "svg" ? drawing : await pixels(drawing, size);
  const name = parts.tools.dataset.explored.split("/").filter((part) => part !== "figur").slice(2).join("-");
  Object.assign(document.createElement("a"), { href: address, download: `${name}.${format}` }).click();
}

/** Plotly makes pixels by way of a «blob:» address, which our content policy does not let in; «data:» it does. */
async function pixels(drawing, { width, height }) {
  const image = new Image();
  image.src = drawing;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: width * SAVED.scale, height: height * SAVED.scale });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

document.querySelectorAll(".chart-tools").forEach((tools) => {
  const parts = partsOf(tools);
  tools.hidden = false;
  parts.button.addEventListener("click", () => (open.has(tools) ? setOpen(parts, false) : show(parts)));
  tools.querySelector("[data-zoom]")?.addEventListener("click", ({ currentTarget }) => {
    parts.state.near = !parts.state.near;
    currentTarget.setAttribute("aria-pressed", String(parts.state.near));
    draw(parts);
  });
  tools.querySelectorAll("[data-save]").forEach((button) =>
    button.addEventListener("click", () => save(parts, button.dataset.save)),
  );
});

const drawOpen = () => open.forEach(draw);
dark.addEventListener("change", drawOpen);
let waiting = 0;
let width = window.innerWidth;
window.addEventListener("resize", () => {
  if (window.innerWidth === width) return;
  width = window.innerWidth;
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(drawOpen);
});
