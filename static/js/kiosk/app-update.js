// Updates the app only while nobody is signing. Records waiting to be sent are not affected.

const CHECK_MS = 900000;

export class AppUpdate {
  /** @type {boolean} */
  #isDue;
  /** @type {ServiceWorker | null} */
  #awaited;

  /**
   * `isFree()` says whether the app may reload now.
   *
   * @param {() => boolean} isFree
   */
  constructor(isFree) {
    this.isFree = isFree;
    /** @type {ServiceWorkerRegistration | null} */
    this.registration = null;
    this.#isDue = false;
    this.#awaited = null;
  }

  /** Register the service worker and watch for updates from now on. */
  async start() {
    if (!navigator.serviceWorker) throw new Error("No service worker");
    let hadWorker = Boolean(navigator.serviceWorker.controller);
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      // The first worker has the same version as the page, so no reload is needed.
      this.#isDue = hadWorker;
      hadWorker = true;
      this.takeOver();
    });
    setInterval(() => this.check(), CHECK_MS);
    await this.register();
  }

  async register() {
    this.registration = await navigator.serviceWorker.register("/kiosk/worker.js");
  }

  /**
   * Check for a new version.
   *
   * If even the first worker could not be installed, the browser has forgotten it. Register it
   * again.
   */
  check() {
    const { registration } = this;
    const isThere = registration && registration.active;
    if (!isThere && registration && registration.installing) this.checkAfter(registration.installing);
    else (isThere ? registration.update() : this.register()).catch(() => {});
  }

  // The first worker is still installing. If that fails, check again, because a check was
  // requested.
  /** @param {ServiceWorker} coming */
  checkAfter(coming) {
    if (this.#awaited === coming) return;
    this.#awaited = coming;
    const isLost = () => coming.state === "redundant";
    coming.addEventListener("statechange", () => isLost() && this.check(), { once: true });
  }

  get isWaiting() {
    return Boolean(this.registration && this.registration.waiting);
  }

  /** Switch to the new version if there is one and nobody is using the screen. */
  takeOver() {
    if (!this.isFree()) return;
    if (this.#isDue) window.location.reload();
    else this.registration?.waiting?.postMessage("take-over");
  }
}
