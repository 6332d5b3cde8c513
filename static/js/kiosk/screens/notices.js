// The privacy notice of the chosen petitions, to open where people sign.

import { localized, message } from "../messages.js";
import { plainElement } from "./elements.js";

/** @import { Petition } from "../../../../types/kiosk" */

// As many characters of the digest as the server needs to find a notice.
const VERSION_LENGTH = 12;

/**
 * Show in `root` the privacy notice of `petitions`: once if all agree, otherwise for each.
 *
 * @param {Element} root
 * @param {Petition[]} petitions
 */
export function showNotices(root, petitions) {
  const titles = new Map();
  for (const { notice, title } of petitions) {
    // A campaign stored before servers sent this field lacks it.
    const localNotice = localized(notice);
    if (!localNotice) continue;
    const { line, html } = localNotice;
    const { names } = titles.get(html) || { names: [] };
    titles.set(html, { line, names: [...names, localized(title)] });
  }
  root.replaceChildren(
    ...[...titles].flatMap(([html, { line, names }]) => {
      const { body } = new DOMParser().parseFromString(html, "text/html");
      const text = plainElement("div", ...body.childNodes);
      if (titles.size > 1) text.prepend(plainElement("p", plainElement("b", names.join(" · "))));
      return [
        plainElement("p", line),
        plainElement("details", plainElement("summary", message("privacy_notice")), text),
      ];
    }),
  );
}

/**
 * Show in `root` the line and the version of each privacy notice, for a sheet of paper.
 *
 * @param {Element} root
 * @param {Petition[]} petitions
 */
export function showNoticeVersions(root, petitions) {
  const lines = new Map();
  for (const { notice } of petitions) {
    const localNotice = localized(notice);
    if (!localNotice) continue;
    const { line, digest } = localNotice;
    lines.set(digest, line);
  }
  root.replaceChildren(
    ...[...lines].map(([digest, line]) => {
      const version = digest.slice(0, VERSION_LENGTH);
      return plainElement("p", `${line} ${message("paper_notice", { version })}`);
    }),
  );
}
