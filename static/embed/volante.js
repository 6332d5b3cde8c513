// <volante-petition slug="…"> embeds a Volante petition in a page and fits the frame's height to
// its content. Attributes: slug, show (form, thermometer, counter, montage), theme (auto, light,
// dark), lang, source (your own code, up to 40 characters). It sets no cookie, and of the host page
// it reads only the language. Content inside the element is shown where scripts do not run.
(() => {
  const HOME = new URL(/** @type {HTMLScriptElement} */ (document.currentScript).src).origin;
  /** @type {Record<string, number>} */
  const HEIGHTS = { form: 980, thermometer: 260, counter: 220, montage: 560 };
  const HIGHEST = 20000;
  const ASKED = ["show", "theme", "lang", "source"];
  if (customElements.get("volante-petition")) return;

  class VolantePetition extends HTMLElement {
    static get observedAttributes() {
      return ["slug", ...ASKED];
    }

    connectedCallback() {
      this.hear = (/** @type {MessageEvent} */ event) => this.listen(event);
      window.addEventListener("message", this.hear);
      this.draw();
    }

    disconnectedCallback() {
      if (this.hear) window.removeEventListener("message", this.hear);
    }

    /**
     * @param {string} name
     * @param {string | null} before
     * @param {string | null} now
     */
    attributeChangedCallback(name, before, now) {
      if (this.frame && before !== now) this.draw();
    }

    get address() {
      const address = new URL(`/embed/petitions/${encodeURIComponent(this.getAttribute("slug") || "")}`, HOME);
      const pageLang = document.documentElement.lang;
      for (const name of ASKED) {
        const value = this.getAttribute(name) || (name === "lang" && pageLang);
        if (value) address.searchParams.set(name, value);
      }
      return address.href;
    }

    draw() {
      if (!this.getAttribute("slug")) return;
      const frame = document.createElement("iframe");
      frame.title = this.getAttribute("title") || this.textContent.trim() || "Volante";
      frame.height = String(HEIGHTS[this.getAttribute("show") || ""] || HEIGHTS.form);
      frame.loading = "lazy";
      // A strict content security policy allows styles set by script, but rejects a style
      // attribute.
      Object.assign(frame.style, { display: "block", width: "100%", border: "0" });
      frame.src = this.address;
      this.frame = frame;
      this.style.display = "block";
      this.replaceChildren(frame);
    }

    /** @param {MessageEvent} event */
    listen({ origin, source, data }) {
      if (!this.frame || origin !== HOME || source !== this.frame.contentWindow) return;
      if (!data || !data.volante) return;
      const { height, answer } = data.volante;
      if (height > 0 && height < HIGHEST) this.frame.height = String(Math.ceil(height));
      if (answer) this.scrollIntoView({ block: "nearest" });
    }
  }
  customElements.define("volante-petition", VolantePetition);
})();
