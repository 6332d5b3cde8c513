// The page of a butterfly number. If this tab has just confirmed it, other tabs can stop waiting.

import { didConfirm, tellLanded } from "../lib/landing.js";
import { forgetSigned } from "../lib/signed.js";

export default function landed({ dataset }) {
  if (!didConfirm(dataset.petition)) return;
  forgetSigned(dataset.petition);
  tellLanded(dataset.petition, Number(dataset.number));
}
