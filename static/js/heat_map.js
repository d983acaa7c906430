/* Each number of the heat map opens its help on the page of its unit. A comfort: without scripts the unit's name leads to
   that page, and the theme's name to what was asked. Numbers become links one row at a time, outside the order of the
   tab key: 3,000 links in the page would be heavy to fetch and slow to tab through. */

const table = document.querySelector("table.heat");
const hashes = [...table.tHead.rows[0].cells].map((cell) => cell.querySelector("a")?.hash);

function link(row) {
  if (!row || "linked" in row.dataset) return;
  row.dataset.linked = "";
  const unit = row.cells[0].querySelector("a").href;
  for (const cell of row.querySelectorAll("td:not(.h, :empty)")) {
    const number = document.createElement("a");
    number.href = unit + hashes[cell.cellIndex];
    number.tabIndex = -1;
    number.append(...cell.childNodes);
    cell.append(number);
  }
}

/** The nearest cell with a link in the direction, so many columns and rows at a time. */
function nearest(cell, columns, rows) {
  const body = table.tBodies[0].rows;
  let [row, column] = [cell.parentElement.sectionRowIndex + rows, cell.cellIndex + columns];
  for (; body[row]?.cells[column]; row += rows, column += columns) {
    link(body[row]);
    const found = body[row].cells[column].querySelector("a");
    if (found) return found;
  }
  return null;
}

const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

for (const kind of ["pointerover", "focusin"]) {
  table.tBodies[0].addEventListener(kind, (event) => link(event.target.closest("tr")));
}
table.tBodies[0].addEventListener("keydown", (event) => {
  const found = event.key in STEPS && nearest(event.target.closest("th, td"), ...STEPS[event.key]);
  if (!found) return;
  event.preventDefault();
  found.focus();
});
// A finger may meet the number before it has become a link.
table.tBodies[0].addEventListener("click", (event) => {
  if (event.target.matches("td")) event.target.querySelector("a")?.click();
});
document.querySelector("[data-scripted]").hidden = false;
