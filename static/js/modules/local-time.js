// Says when an event begins on the reader's own clock, where that is not the clock of its place.

import { dayAndHour, fill } from "../lib/sentences.js";

export default function localTime(element) {
  const { starts, zone, text } = element.dataset;
  const lang = document.documentElement.lang;
  const here = dayAndHour(new Date(starts), lang);
  if (here !== dayAndHour(new Date(starts), lang, zone)) {
    element.textContent = fill(text, { moment: here });
  }
}
