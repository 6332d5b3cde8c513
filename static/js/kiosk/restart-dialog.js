// "Start again?": asked before clearing what someone typed.

export class RestartDialog {
  #guard;
  #dialog;

  constructor(guard, restart) {
    this.#guard = guard;
    this.#dialog = document.getElementById("restart");
    this.#dialog.querySelector('[data-act="keep"]').addEventListener("click", () => this.close());
    this.#dialog.querySelector('[data-act="clear"]').addEventListener("click", () => {
      this.close();
      restart();
    });
    this.#dialog.addEventListener("close", () => this.#guard.start());
  }

  open() {
    if (this.#dialog.showModal) this.#dialog.showModal();
    else this.#dialog.setAttribute("open", "");
  }

  close() {
    if (!this.#dialog.open) return;
    if (this.#dialog.close) this.#dialog.close();
    else this.#dialog.removeAttribute("open");
  }
}
