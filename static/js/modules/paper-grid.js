// A paper sheet typed in by keyboard: Enter and the arrow keys move between cells, and a ditto mark
// copies the cell above. The server stores what was typed and reports the outcome of each row.

import { keeper } from "../parts/grid-keeper.js";
import { fill } from "../lib/sentences.js";

const DITTO = /^["“”„«»〃״]$/;
const cellsOf = (line) => [...line.querySelectorAll("[data-cell]")];

function oneMore(form, body) {
  const line = body.lastElementChild.cloneNode(true);
  const place = Number(line.dataset.line) + 1;
  line.dataset.line = place;
  line.querySelector("th").textContent = place;
  line.querySelector("[data-fate]").id = `why-${place}`;
  for (const words of line.querySelectorAll("[data-fate-words], [data-fate-why]")) words.textContent = "";
  for (const cell of cellsOf(line)) {
    cell.name = `cell:${place}:${cell.dataset.cell}`;
    cell.setAttribute("aria-label", fill(form.dataset.called, { field: cell.dataset.name, row: place }));
    cell.removeAttribute("aria-invalid");
    cell.removeAttribute("aria-describedby");
    if (cell.type === "checkbox") cell.checked = false;
    else cell.value = "";
  }
  body.append(line);
  return line;
}

function sign(line, told) {
  line.querySelector("[data-fate-words]").textContent = told ? told.words : "";
  line.querySelector("[data-fate-why]").textContent = told ? told.why : "";
  line.querySelector("[data-fate]").dataset.fate = told ? told.fate : "";
  for (const cell of cellsOf(line)) {
    const isWrong = Boolean(told) && told.fields.includes(cell.dataset.cell);
    if (isWrong) {
      cell.setAttribute("aria-invalid", "true");
      cell.setAttribute("aria-describedby", `why-${line.dataset.line}`);
    } else {
      cell.removeAttribute("aria-invalid");
      cell.removeAttribute("aria-describedby");
    }
  }
}

export default function paperGrid(form) {
  const body = form.querySelector("tbody");
  const more = form.querySelector("[data-more]");
  const most = Number(form.dataset.most);
  const lines = () => [...body.children];
  let told = null;

  // Report nothing about a row that is being typed until it is left.
  const show = () => {
    if (!told) return;
    for (const line of lines()) {
      if (!line.contains(document.activeElement)) sign(line, told[line.dataset.line]);
    }
  };
  const keep = keeper(form, (rows) => {
    told = rows;
    show();
  });

  const enter = (cell) => {
    cell.focus();
    if (cell.type === "text") cell.select();
  };
  const add = () => {
    const line = oneMore(form, body);
    more.hidden = lines().length >= most;
    return line;
  };
  const goOn = (line, cells, at) => {
    if (at + 1 < cells.length) return enter(cells[at + 1]);
    const next = line.nextElementSibling || (lines().length < most ? add() : null);
    return next ? enter(cellsOf(next)[0]) : form.querySelector("[type=submit]").focus();
  };

  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const cell = event.target.closest("[data-cell]");
    if (!cell) return;
    const line = cell.closest("tr");
    const cells = cellsOf(line);
    const at = cells.indexOf(cell);
    if (event.key === "Enter") {
      event.preventDefault();
      goOn(line, cells, at);
      return;
    }
    const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
    if (!step || cell.tagName === "SELECT") return;
    event.preventDefault();
    if (line[step]) enter(cellsOf(line[step])[at]);
  });
  form.addEventListener("input", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell && cell.type === "text" && DITTO.test(cell.value)) {
      const line = cell.closest("tr");
      const above = line.previousElementSibling;
      cell.value = above ? cellsOf(above)[cellsOf(line).indexOf(cell)].value : "";
    }
    keep();
  });
  body.addEventListener("focusin", show);
  more.addEventListener("click", () => enter(cellsOf(add())[0]));
  more.hidden = lines().length >= most;
}
