// Shows when an event starts on the reader's clock, if that differs from the event's time zone.

import { dayAndHour, fill } from "../lib/sentences.js";

export default function localTime(element) {
  const { starts, zone, text } = element.dataset;
  const lang = document.documentElement.lang;
  const here = dayAndHour(new Date(starts), lang);
  if (here !== dayAndHour(new Date(starts), lang, zone)) {
    element.textContent = fill(text, { moment: here });
  }
}
