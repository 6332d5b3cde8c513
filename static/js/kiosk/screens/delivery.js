// What part of a signature is delivered, explained where people sign.

import { fill } from "../../lib/sentences.js";
import { local, word, words } from "../words.js";

/** Show in `place` what is delivered: once if all `petitions` agree, otherwise for each. */
export function sayDelivery(place, petitions) {
  // A campaign stored before servers sent this field lacks it.
  const isTold = petitions.every(({ delivered }) => delivered);
  place.replaceChildren(...(isTold ? lines(petitions) : []));
}

function lines(petitions) {
  const titles = new Map();
  for (const { delivered, title } of petitions) {
    const list = local(delivered);
    titles.set(list, [...(titles.get(list) || []), local(title)]);
  }
  if (titles.size > 1) return linesOfEach(titles);
  return [...titles.keys()].map((list) =>
    element("p", fill(words("delivery", petitions.length), { list })),
  );
}

function linesOfEach(titles) {
  const items = [...titles].map(([list, names]) =>
    element("li", element("b", names.join(" · ")), ` – ${list}`),
  );
  return [
    element("p", word("delivery_each")),
    element("ul", ...items),
    element("p", word("delivery_never")),
  ];
}

function element(name, ...content) {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}
