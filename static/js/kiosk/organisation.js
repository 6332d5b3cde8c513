// The organization of the table's event: its name beside the languages, and its colours.
// Older servers do not send it. The app then shows the name and the colours of the page.

import { localized } from "./messages.js";

const PROPERTIES = {
  fill: "--accent",
  hover: "--accent-hover",
  active: "--accent-active",
  on_fill: "--on-accent",
  text: "--accent-text",
  selected: "--selected",
};
// The mark in a checked box, as in css/colors.css.
const check = (colour) =>
  `url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'%3E%3Cpath d='M4 10.5l4 4l8-9' fill='none' stroke='%23${colour.slice(1)}' stroke-width='2.8'/%3E%3C/svg%3E")`;
const night = window.matchMedia("(prefers-color-scheme: dark)");

/** Show the name of `organisation` in `root` and in the title of the page. */
export function showOrganisation(organisation, root) {
  const name = organisation && localized(organisation.name);
  if (!name) return;
  document.title = name;
  for (const place of root.querySelectorAll("[data-organisation]")) place.textContent = name;
}

/** Use the colours of `organisation` from now on, by day and by night. */
export function useColours(organisation) {
  night.onchange = () => setColours(organisation);
  setColours(organisation);
}

function setColours(organisation) {
  const accent = organisation && organisation.accent && organisation.accent[night.matches ? "night" : "day"];
  const { style } = document.documentElement;
  for (const [name, property] of Object.entries(PROPERTIES)) {
    if (accent) style.setProperty(property, accent[name]);
    else style.removeProperty(property);
  }
  if (accent) style.setProperty("--check", check(accent.on_fill));
  else style.removeProperty("--check");
}
