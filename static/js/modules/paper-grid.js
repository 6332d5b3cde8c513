// A paper sheet typed in by keyboard: Enter and the arrow keys move between cells, and a ditto mark
// copies the cell above. The server stores what was typed and reports the outcome of each row.

import { isEdited } from "../parts/form-values.js";
import { autosave } from "../parts/grid-autosave.js";
import { interpolate } from "../lib/format.js";

const DITTO = /^["“”„«»〃״]$/;
const cellsOf = (row) => [...row.querySelectorAll("[data-cell]")];

function appendRow(form, body) {
  const row = body.lastElementChild.cloneNode(true);
  const number = Number(row.dataset.line) + 1;
  row.dataset.line = number;
  row.querySelector("th").textContent = number;
  row.querySelector("[data-outcome]").id = `why-${number}`;
  for (const text of row.querySelectorAll("[data-outcome-text], [data-outcome-reason]")) text.textContent = "";
  for (const cell of cellsOf(row)) {
    cell.name = `cell:${number}:${cell.dataset.cell}`;
    cell.setAttribute("aria-label", interpolate(form.dataset.called, { field: cell.dataset.name, row: number }));
    cell.removeAttribute("aria-invalid");
    cell.removeAttribute("aria-describedby");
    if (cell.type === "checkbox") cell.checked = false;
    else cell.value = "";
  }
  body.append(row);
  return row;
}

function showOutcome(row, outcome) {
  row.querySelector("[data-outcome-text]").textContent = outcome ? outcome.words : "";
  row.querySelector("[data-outcome-reason]").textContent = outcome ? outcome.why : "";
  row.querySelector("[data-outcome]").dataset.outcome = outcome ? outcome.fate : "";
  for (const cell of cellsOf(row)) {
    const isWrong = Boolean(outcome) && outcome.fields.includes(cell.dataset.cell);
    if (isWrong) {
      cell.setAttribute("aria-invalid", "true");
      cell.setAttribute("aria-describedby", `why-${row.dataset.line}`);
    } else {
      cell.removeAttribute("aria-invalid");
      cell.removeAttribute("aria-describedby");
    }
  }
}

export default function paperGrid(form) {
  const body = form.querySelector("tbody");
  const more = form.querySelector("[data-more]");
  const maxRows = Number(form.dataset.most);
  const rows = () => [...body.children];
  let outcomes = null;

  // Report nothing about a row that is being typed until it is left.
  const show = () => {
    if (!outcomes) return;
    for (const row of rows()) {
      if (!row.contains(document.activeElement)) showOutcome(row, outcomes[row.dataset.line]);
    }
  };
  const save = autosave(form, (results) => {
    outcomes = results;
    show();
  });

  const select = (cell) => {
    cell.focus();
    if (cell.type === "text") cell.select();
  };
  const add = () => {
    const row = appendRow(form, body);
    more.hidden = rows().length >= maxRows;
    return row;
  };
  const moveOn = (row, cells, column) => {
    if (column + 1 < cells.length) return select(cells[column + 1]);
    const next = row.nextElementSibling || (rows().length < maxRows ? add() : null);
    return next ? select(cellsOf(next)[0]) : form.querySelector("[type=submit]").focus();
  };

  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const cell = event.target.closest("[data-cell]");
    if (!cell) return;
    const row = cell.closest("tr");
    const cells = cellsOf(row);
    const column = cells.indexOf(cell);
    if (event.key === "Enter") {
      event.preventDefault();
      moveOn(row, cells, column);
      return;
    }
    const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
    if (!step || cell.tagName === "SELECT") return;
    event.preventDefault();
    if (row[step]) select(cellsOf(row[step])[column]);
  });
  form.addEventListener("input", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell && cell.type === "text" && DITTO.test(cell.value)) {
      const row = cell.closest("tr");
      const above = row.previousElementSibling;
      cell.value = above ? cellsOf(above)[cellsOf(row).indexOf(cell)].value : "";
    }
    save();
  });
  body.addEventListener("focusin", show);
  more.addEventListener("click", () => select(cellsOf(add())[0]));
  more.hidden = rows().length >= maxRows;
  // Someone may have typed before this script started.
  if (isEdited(form)) save();
}
