// Refreshes the page's live parts every few seconds while someone looks at it.

import { keepAsking } from "../parts/keep-asking.js";
import { refreshLiveParts } from "../parts/live-parts.js";

export default function freshPage(element) {
  keepAsking(Number(element.dataset.every) * 1000, refreshLiveParts);
}
