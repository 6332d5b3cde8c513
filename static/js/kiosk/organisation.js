// The organization of the table's event: its mark and its name beside the languages, and its looks.
// Until the tablet is paired, and if an older server does not send it, it is the host of the site.

import { getElement } from "../parts/get-element.js";
import { localized } from "./messages.js";

/** @import { Accent, Campaign, Mark, Organisation } from "../../../types/kiosk" */

/** @type {Record<keyof Accent, string>} */
const PROPERTIES = {
  fill: "--accent",
  hover: "--accent-hover",
  active: "--accent-active",
  on_fill: "--on-accent",
  text: "--accent-text",
  selected: "--selected",
};
// The mark in a checked box, as in css/colors.css.
/** @param {string} colour */
const check = (colour) =>
  `url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'%3E%3Cpath d='M4 10.5l4 4l8-9' fill='none' stroke='%23${colour.slice(1)}' stroke-width='2.8'/%3E%3C/svg%3E")`;
const night = window.matchMedia("(prefers-color-scheme: dark)");

/**
 * Return the organization to show for `campaign`, which may be null.
 *
 * @param {Campaign | null} campaign
 * @returns {Organisation}
 */
export const organisationOf = (campaign) => (campaign && campaign.organisation) || host();

/** @returns {Organisation} */
const host = () => JSON.parse(getElement(document, "#host").textContent);

/**
 * Show the mark and the name of `organisation` in `root`, and the name in the title of the page.
 *
 * @param {Organisation} organisation
 * @param {ParentNode} root
 */
export function showOrganisation(organisation, root) {
  /** @type {NodeListOf<HTMLImageElement>} */
  const images = root.querySelectorAll("[data-mark]");
  for (const image of images) showMark(image, organisation.mark);
  const name = localized(organisation.name);
  if (!name) return;
  document.title = name;
  for (const place of root.querySelectorAll("[data-organisation]")) place.textContent = name;
}

/**
 * Return the URLs of the images of `organisation`, to cache for use without a network.
 *
 * @param {Organisation} organisation
 * @returns {string[]}
 */
export const imageUrls = ({ mark }) => (mark ? [mark.url] : []);

// Without an image, or if it cannot be loaded, the neutral symbol beside it is shown.
/**
 * @param {HTMLImageElement} image
 * @param {Mark | null} mark
 */
function showMark(image, mark) {
  const name = getElement(/** @type {HTMLElement} */ (image.parentElement), "[data-organisation]");
  /** @param {boolean} isShown */
  const show = (isShown) => {
    image.hidden = !isShown;
    name.classList.toggle("visually-hidden", Boolean(isShown && mark?.has_name));
  };
  const url = mark ? mark.url : "none";
  // It was tried before, if only the language has changed.
  if (image.dataset.mark === url) return;
  image.dataset.mark = url;
  image.onerror = () => show(false);
  show(Boolean(mark));
  if (mark) Object.assign(image, { width: mark.width, height: mark.height, src: url });
  else image.removeAttribute("src");
}

/**
 * Use the looks of `organisation` from now on: its pattern, and its colours by day and by night.
 *
 * @param {Organisation} organisation
 */
export function useLooks(organisation) {
  if (organisation.pattern) document.documentElement.dataset.pattern = organisation.pattern;
  night.onchange = () => setColours(organisation);
  setColours(organisation);
}

/** @param {Organisation} organisation */
function setColours(organisation) {
  const accent = organisation.accent && organisation.accent[night.matches ? "night" : "day"];
  const { style } = document.documentElement;
  const properties = /** @type {[keyof Accent, string][]} */ (Object.entries(PROPERTIES));
  for (const [name, property] of properties) {
    if (accent) style.setProperty(property, accent[name]);
    else style.removeProperty(property);
  }
  if (accent) style.setProperty("--check", check(accent.on_fill));
  else style.removeProperty("--check");
}
