// What part of a signature is delivered, explained where people sign.

import { interpolate } from "../../lib/format.js";
import { localized, message, pluralMessage } from "../messages.js";
import { plainElement } from "./elements.js";

/** @import { Petition } from "../../../../types/kiosk" */

/**
 * Show in `root` what is delivered: once if all `petitions` agree, otherwise for each.
 *
 * @param {Element} root
 * @param {Petition[]} petitions
 */
export function showDelivery(root, petitions) {
  // A campaign stored before servers sent this field lacks it.
  const isKnown = petitions.every(({ delivered }) => delivered);
  root.replaceChildren(...(isKnown ? lines(petitions) : []));
}

/** @param {Petition[]} petitions */
function lines(petitions) {
  /** @type {Map<string, string[]>} */
  const titles = new Map();
  for (const { delivered, title } of petitions) {
    const list = localized(delivered);
    titles.set(list, [...(titles.get(list) || []), localized(title)]);
  }
  if (titles.size > 1) return linesOfEach(titles);
  return [...titles.keys()].map((list) =>
    plainElement("p", interpolate(pluralMessage("delivery", petitions.length), { list })),
  );
}

/** @param {Map<string, string[]>} titles */
function linesOfEach(titles) {
  const items = [...titles].map(([list, names]) =>
    plainElement("li", plainElement("b", names.join(" · ")), ` – ${list}`),
  );
  return [
    plainElement("p", message("delivery_each")),
    plainElement("ul", ...items),
    plainElement("p", message("delivery_never")),
  ];
}
