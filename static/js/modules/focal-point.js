// The focal point of a picture, which always stays visible: set on the picture, or as two numbers.

import { bindFocalPoint } from "../organize/focal-point.js";

/** @param {HTMLFormElement} form */
export default function focalPoint(form) {
  bindFocalPoint(form);
}
