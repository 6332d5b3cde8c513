// The page of a number: where this tab has just confirmed it, the butterfly waits nowhere any more.

import { didConfirm, tellLanded } from "../lib/landing.js";
import { forgetSigned } from "../lib/signed.js";

export default function landed({ dataset }) {
  if (!didConfirm(dataset.petition)) return;
  forgetSigned(dataset.petition);
  tellLanded(dataset.petition, Number(dataset.number));
}
