// The consent to an email when a target answers.

/** @import { Consent, Petition } from "../../../../types/kiosk" */

/**
 * Whether people are asked for it: older servers do not send its text, and some petitions get no answer.
 *
 * @param {Consent} consent
 * @param {Petition[]} petitions
 * @returns {boolean}
 */
export function offersAnswers(consent, petitions) {
  return Boolean(consent.answer) && petitions.some(({ offers_answers: offers }) => offers);
}
