// A QR code as an SVG with one path, made on the tablet.

import { encodeQR } from "../../vendor/qr-0.7.0.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET_ZONE = 3;

/**
 * Return an svg element with the code for `address`, and `name` as its accessible name.
 *
 * @param {string} address
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function qrCode(address, name) {
  const rows = encodeQR(address, "raw", { ecc: "medium", border: QUIET_ZONE });
  const runs = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : "")));
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", runs.join(""));
  svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", name);
  svg.append(path);
  return svg;
}
