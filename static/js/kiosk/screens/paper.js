// A blank paper form made on the tablet, to print or to copy by hand.

import { getElement } from "../../parts/get-element.js";
import { qrCode } from "../qr-code.js";
import { lang } from "../../parts/page.js";
import { localized, eventPlace, message, messageIn } from "../messages.js";
import { bindActions } from "./actions.js";
import { createElement } from "./elements.js";
import { offersAnswers } from "./answer-consent.js";
import { letterOf } from "./letter.js";
import { showDelivery } from "./delivery.js";
import { showNoticeVersions } from "./notices.js";

/** @import { LoadedKiosk } from "../../../../types/kiosk" */

export class Paper {
  static template = "paper";

  /**
   * @param {LoadedKiosk} kiosk
   * @param {HTMLElement} root
   */
  constructor(kiosk, root) {
    this.kiosk = kiosk;
    this.root = root;
    // A letter needs the email of its writer to be confirmed, and more space than a line.
    this.petitions = kiosk.petitions.filter((petition) => !letterOf(petition));
    bindActions(root, { back: () => kiosk.restart(), print: () => window.print() });
  }

  render() {
    const { cause, event, consent, table } = this.kiosk.campaign;
    /** @param {string} name */
    const find = (name) => getElement(this.root, `[data-${name}]`);
    find("cause").textContent = localized(cause.title);
    find("event").textContent = eventPlace(event);
    find("consent").textContent = localized(consent.words);
    this.offer("news", "paper_news_consent", localized(consent.news));
    const answers = offersAnswers(consent, this.petitions) ? localized(consent.answer) : "";
    this.offer("answers", "paper_answers_consent", answers);
    showDelivery(find("delivery"), this.petitions);
    showNoticeVersions(find("notices"), this.petitions);
    // If the address is too long for its line, break it before the code.
    const at = table.short.indexOf("/");
    const [host, path] = [table.short.slice(0, at), table.short.slice(at)];
    find("short").replaceChildren(host, document.createElement("wbr"), path);
    find("code").replaceChildren(qrCode(table.url, message("code_name", { address: table.short })));
    const petitions = this.petitions.map((petition) => {
      const line = document.createElement("li");
      const to = message("petition_to", { names: (localized(petition.targets) || []).join(", ") });
      line.textContent = `${localized(petition.title)} – ${to}`;
      return line;
    });
    find("petitions").replaceChildren(...petitions);
    // The next person may read another language. The sheet's language comes first.
    const covers = [...new Set([lang(), ...this.kiosk.languages])].map((language) =>
      createElement("p", { lang: language }, messageIn(language, "paper_cover")),
    );
    find("cover").replaceChildren(...covers);
  }

  /**
   * Show the text of a consent, and the column to check, if it is asked for here.
   *
   * @param {string} name
   * @param {string} sentence
   * @param {string} text
   */
  offer(name, sentence, text) {
    getElement(this.root, `[data-${name}]`).textContent = text ? message(sentence, { text }) : "";
    for (const cell of this.root.querySelectorAll(`[data-column=paper_${name}]`)) cell.hidden = !text;
  }
}
