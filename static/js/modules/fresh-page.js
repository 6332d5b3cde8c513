// Fetches the page's live parts again every so many seconds, while somebody looks at it.

import { keepAsking } from "../parts/keep-asking.js";
import { refreshLiveParts } from "../parts/live-parts.js";

export default function freshPage(element) {
  keepAsking(Number(element.dataset.every) * 1000, refreshLiveParts);
}
