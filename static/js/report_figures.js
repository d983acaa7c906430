// The figures of a report that is one file: Plotly is in the file too. Without scripts the tables are there.

const DARK = window.matchMedia("(prefers-color-scheme: dark)");
const NARROW = 480;
const NUMBER = 34; // pixels that «45 %» needs

/** The text on lines of at most `room` letters. */
function broken(text, room) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if ((lines[last] + " " + word).trim().length <= room) lines[last] = (lines[last] + " " + word).trim();
    else lines.push(word);
  }
  return lines.join("<br>");
}

function draw(box, printed) {
  const { data, layout } = JSON.parse(box.querySelector("script").textContent);
  const text = printed || !DARK.matches ? "#1b1b1b" : "#f0f0f0";
  const line = printed || !DARK.matches ? "#bbb" : "#666";
  const width = printed ? 660 : box.clientWidth;
  const room = Math.floor(width / 7.4);
  const axis = { color: text, gridcolor: line, linecolor: line, zerolinecolor: text, zerolinewidth: 1.5 };
  layout.font = { family: "Inter, system-ui, sans-serif", size: width < NARROW ? 12 : 14, color: text };
  layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
  layout.separators = ", ";
  layout.width = width;
  layout.dragmode = false;
  layout.xaxis = { ...layout.xaxis, ...axis, automargin: true };
  layout.yaxis = { ...layout.yaxis, ...axis, automargin: true };
  for (const shape of layout.shapes || []) shape.line = { ...shape.line, color: text };
  let lines = 1;
  for (const note of layout.annotations || []) {
    note.text = broken(note.text, room);
    lines = Math.max(lines, note.text.split("<br>").length);
  }
  if (layout.annotations) layout.height += (lines - 1) * 20 * layout.annotations.length;
  const [from, to] = layout.xaxis.range;
  for (const trace of data) {
    // What has no room is in the table below: a number in its bar, a name beside its dot.
    if (trace.type === "bar") trace.text = trace.text.map((t, i) => (trace.x[i] / (to - from)) * width < NUMBER ? "" : t);
    else if (width < NARROW) trace.mode = trace.mode.replace("+text", "");
  }
  box.querySelector("figcaption").textContent = layout.title.text;
  delete layout.title;
  layout.margin.t -= 30;
  if (width < NARROW) layout.margin.t += 24 * Math.ceil((data.length - 1) / 2);
  const canvas = box.querySelector(":scope > div") || box.appendChild(document.createElement("div"));
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", box.querySelector("figcaption").textContent);
  window.Plotly.react(canvas, data, layout, { displayModeBar: false, locale: "no" });
  box.hidden = false;
}

function drawAll(printed = false) {
  for (const box of document.querySelectorAll("figure[data-figure]")) {
    box.hidden = false;
    draw(box, printed);
  }
}

drawAll();
let waiting;
window.addEventListener("resize", () => {
  clearTimeout(waiting);
  waiting = setTimeout(drawAll, 150);
});
DARK.addEventListener("change", () => drawAll());
window.addEventListener("beforeprint", () => drawAll(true));
window.addEventListener("afterprint", () => drawAll());
