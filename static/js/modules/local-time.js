// Shows when an event starts on the reader's clock, if that differs from the event's time zone.

import { formatWeekdayAndTime, interpolate } from "../lib/format.js";

/** @param {WithData} element */
export default function localTime(element) {
  const { starts, zone, text } = element.dataset;
  const lang = document.documentElement.lang;
  const localTimeText = formatWeekdayAndTime(new Date(starts), lang);
  if (localTimeText !== formatWeekdayAndTime(new Date(starts), lang, zone)) {
    element.textContent = interpolate(text, { moment: localTimeText });
  }
}
