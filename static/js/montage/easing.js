// cubic-bezier(.2, .7, .2, 1): a quick start and a slow finish.

const [X1, Y1, X2, Y2] = [0.2, 0.7, 0.2, 1];
/**
 * @param {number} t
 * @param {number} one
 * @param {number} two
 */
const along = (t, one, two) => 3 * t * (1 - t) ** 2 * one + 3 * t * t * (1 - t) * two + t ** 3;

/**
 * Return the eased progress, 0 to 1, when `part` of the time (0 to 1) is over.
 *
 * @param {number} part
 * @returns {number}
 */
export function easeArrival(part) {
  let [low, high] = [0, 1];
  for (let round = 0; round < 16; round += 1) {
    const middle = (low + high) / 2;
    if (along(middle, X1, X2) < part) low = middle;
    else high = middle;
  }
  return part >= 1 ? 1 : along((low + high) / 2, Y1, Y2);
}
