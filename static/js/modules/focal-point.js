// The point of a picture that stays in sight: touched on the picture, or written as two numbers.

import { follow } from "../organize/focal.js";

export default function focalPoint(form) {
  follow(form);
}
