// The app renews itself only while nobody signs; what waits to be sent is not touched by it.

const CHECK_MS = 900000;

export class Update {
  /** `isFree()` says whether the app may be loaded anew. */
  constructor(isFree) {
    Object.assign(this, { isFree, registration: null, isDue: false });
  }

  /** Put the service worker in, and look after it from now on. */
  async start() {
    if (!navigator.serviceWorker) throw new Error("No service worker");
    let hadWorker = Boolean(navigator.serviceWorker.controller);
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      // The first worker takes over a page that is of its own version.
      this.isDue = hadWorker;
      hadWorker = true;
      this.takeOver();
    });
    setInterval(() => this.check(), CHECK_MS);
    await this.register();
  }

  async register() {
    this.registration = await navigator.serviceWorker.register("/kiosk/worker.js");
  }

  /** Look for another version; where not even the first could be kept, the browser has forgotten it, and it is put in again. */
  check() {
    const { registration } = this;
    const isThere = registration && registration.active;
    if (!isThere && registration && registration.installing) this.checkAfter(registration.installing);
    else (isThere ? registration.update() : this.register()).catch(() => {});
  }

  // The first is just being put in. If that fails, whoever has asked meanwhile wants it tried once more.
  checkAfter(coming) {
    const isLost = () => coming.state === "redundant";
    coming.addEventListener("statechange", () => isLost() && this.check(), { once: true });
  }

  get isWaiting() {
    return Boolean(this.registration && this.registration.waiting);
  }

  /** Take over the new version if there is one and nobody is at the screen. */
  takeOver() {
    if (!this.isFree()) return;
    if (this.isDue) window.location.reload();
    else if (this.isWaiting) this.registration.waiting.postMessage("take-over");
  }
}
