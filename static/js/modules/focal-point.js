// The focal point of a picture, which always stays visible: set on the picture, or as two numbers.

import { follow } from "../organize/focal.js";

export default function focalPoint(form) {
  follow(form);
}
