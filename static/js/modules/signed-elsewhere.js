// The page of a butterfly number. If this tab has just confirmed it, other tabs can stop waiting.

import { hasConfirmed, announceConfirmed } from "../lib/confirmation-channel.js";
import { deleteSignature } from "../lib/last-signature.js";

/** @param {WithData} element */
export default function signedElsewhere({ dataset }) {
  if (!hasConfirmed(dataset.petition)) return;
  deleteSignature(dataset.petition);
  announceConfirmed(dataset.petition, Number(dataset.number));
}
