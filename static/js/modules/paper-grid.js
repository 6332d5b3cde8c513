// A paper sheet typed in by keyboard: Enter and the arrow keys move between cells, and a ditto mark
// copies the cell above. The server stores what was typed and reports the outcome of each row.

import { isEdited } from "../parts/form-values.js";
import { getElement } from "../parts/get-element.js";
import { autosave } from "../parts/grid-autosave.js";
import { interpolate } from "../lib/format.js";

/** @import { RowOutcome } from "../../../types/forms" */

const DITTO = /^["“”„«»〃״]$/;
/** @param {HTMLElement} row */
function cellsOf(row) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const cells = row.querySelectorAll("[data-cell]");
  return [...cells];
}

/**
 * @param {Event} event
 * @returns {HTMLInputElement | null}
 */
const cellAt = (event) => /** @type {Element} */ (event.target).closest("[data-cell]");

/** @param {HTMLElement} cell */
const rowOf = (cell) => /** @type {HTMLElement} */ (cell.closest("tr"));

/**
 * @param {WithData<HTMLFormElement>} form
 * @param {HTMLElement} body
 */
function appendRow(form, body) {
  const last = /** @type {HTMLElement} */ (body.lastElementChild);
  const row = /** @type {HTMLElement} */ (last.cloneNode(true));
  const number = Number(row.dataset.line) + 1;
  row.dataset.line = String(number);
  getElement(row, "th").textContent = String(number);
  getElement(row, "[data-outcome]").id = `why-${number}`;
  for (const text of row.querySelectorAll("[data-outcome-text], [data-outcome-reason]")) text.textContent = "";
  for (const cell of cellsOf(row)) {
    cell.name = `cell:${number}:${cell.dataset.cell}`;
    cell.setAttribute("aria-label", interpolate(form.dataset.called, { field: cell.dataset.name ?? "", row: number }));
    cell.removeAttribute("aria-invalid");
    cell.removeAttribute("aria-describedby");
    if (cell.type === "checkbox") cell.checked = false;
    else cell.value = "";
  }
  body.append(row);
  return row;
}

/**
 * @param {HTMLElement} row
 * @param {RowOutcome | undefined} outcome
 */
function showOutcome(row, outcome) {
  getElement(row, "[data-outcome-text]").textContent = outcome ? outcome.words : "";
  getElement(row, "[data-outcome-reason]").textContent = outcome ? outcome.why : "";
  getElement(row, "[data-outcome]").dataset.outcome = outcome ? outcome.fate : "";
  for (const cell of cellsOf(row)) {
    const isWrong = outcome?.fields.includes(cell.dataset.cell ?? "");
    if (isWrong) {
      cell.setAttribute("aria-invalid", "true");
      cell.setAttribute("aria-describedby", `why-${row.dataset.line}`);
    } else {
      cell.removeAttribute("aria-invalid");
      cell.removeAttribute("aria-describedby");
    }
  }
}

/** @param {WithData<HTMLFormElement>} form */
export default function paperGrid(form) {
  const body = getElement(form, "tbody");
  const more = getElement(form, "[data-more]");
  const maxRows = Number(form.dataset.maxRows);
  const rows = () => [.../** @type {Iterable<HTMLElement>} */ (body.children)];
  /** @type {Record<string, RowOutcome | undefined> | null} */
  let outcomes = null;

  // Report nothing about a row that is being typed until it is left.
  const show = () => {
    if (!outcomes) return;
    for (const row of rows()) {
      if (!row.contains(document.activeElement)) showOutcome(row, outcomes[row.dataset.line ?? ""]);
    }
  };
  const save = autosave(form, (results) => {
    outcomes = results;
    show();
  });

  /** @param {HTMLInputElement} cell */
  const select = (cell) => {
    cell.focus();
    if (cell.type === "text") cell.select();
  };
  const add = () => {
    const row = appendRow(form, body);
    more.hidden = rows().length >= maxRows;
    return row;
  };
  /**
   * @param {HTMLElement} row
   * @param {HTMLInputElement[]} cells
   * @param {number} column
   */
  const moveOn = (row, cells, column) => {
    if (column + 1 < cells.length) return select(cells[column + 1]);
    const following = /** @type {HTMLElement | null} */ (row.nextElementSibling);
    const next = following || (rows().length < maxRows ? add() : null);
    return next ? select(cellsOf(next)[0]) : getElement(form, "[type=submit]").focus();
  };

  form.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const cell = cellAt(event);
    if (!cell) return;
    const row = rowOf(cell);
    const cells = cellsOf(row);
    const column = cells.indexOf(cell);
    if (event.key === "Enter") {
      event.preventDefault();
      moveOn(row, cells, column);
      return;
    }
    const isUp = event.key === "ArrowUp";
    if (!(isUp || event.key === "ArrowDown") || cell.tagName === "SELECT") return;
    event.preventDefault();
    const target = /** @type {HTMLElement | null} */ (isUp ? row.previousElementSibling : row.nextElementSibling);
    if (target) select(cellsOf(target)[column]);
  });
  form.addEventListener("input", (event) => {
    const cell = cellAt(event);
    if (cell && cell.type === "text" && DITTO.test(cell.value)) {
      const row = rowOf(cell);
      const above = /** @type {HTMLElement | null} */ (row.previousElementSibling);
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
