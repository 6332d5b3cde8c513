// The app's controller: which screen is shown, in which language, and what happens between people.

import { getElement } from "../parts/get-element.js";
import { keepScreenAwake } from "../parts/wake-lock.js";
import { cacheAssets, storedCampaign, refreshCampaign } from "./campaign.js";
import { findCode } from "./pairing-code.js";
import { lockNavigation } from "./lock-navigation.js";
import { IdleTimer } from "./idle-timer.js";
import { TableMontage } from "./table-montage.js";
import { requestPersistence } from "./readiness.js";
import { Attract } from "./screens/attract.js";
import { Pairing } from "./screens/pairing.js";
import { Pin } from "./screens/pin.js";
import { Ready } from "./screens/ready.js";
import { StartupError } from "./screens/startup-error.js";
import { AlreadyPaired } from "./screens/already-paired.js";
import { fillHeader } from "./screens/header.js";
import { imageUrls, organisationOf, useLooks } from "./organisation.js";
import { RestartDialog } from "./restart-dialog.js";
import { RequestRefused } from "./request.js";
import { IdleWarning } from "./idle-warning.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { TapGuard } from "./tap-guard.js";
import { AppUpdate } from "./app-update.js";
import { preferredLanguage, fillMessages, languages, languageDirection, message } from "./messages.js";

/** @import { Campaign, LoadedKiosk, Petition, Screen, ScreenClass } from "../../../types/kiosk" */

export class Kiosk {
  /** @type {string} */
  #tablerLanguage;
  /** @type {TapGuard} */
  #guard;
  /** @type {IdleWarning} */
  #idleWarning;
  /** @type {RestartDialog} */
  #restartDialog;
  /** @type {IdleTimer} */
  #idle;
  /** @type {number} */
  #downloads;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.place = root;
    /** @type {Screen | null} */
    this.screen = null;
    /** @type {Campaign | null} */
    this.campaign = null;
    /** @type {string} */
    this.stopped = "";
    this.news = "";
    /** @type {BeforeInstallPromptEvent | null} */
    this.installing = null;
    this.#downloads = 0;
    this.#tablerLanguage = preferredLanguage();
    this.store = new Store();
    this.sync = new Sync(this.store);
    this.update = new AppUpdate(() => !this.screen || this.screen.isFree === true);
    // It is used only once there is a campaign, and so are most screens.
    this.picture = new TableMontage(/** @type {LoadedKiosk} */ (this));
    this.#guard = new TapGuard(root);
    this.#idleWarning = new IdleWarning(this.#guard);
    this.#restartDialog = new RestartDialog(this.#guard, () => this.restart());
    this.#idle = new IdleTimer({
      warn: (seconds) => this.#idleWarning.warn(seconds, classOf(this.screen)?.idleHint),
      calm: () => this.#idleWarning.close(),
      end: () => this.wipe(),
    });
    window.addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.installing = event;
    });
  }

  async start() {
    const code = findCode(window.location.href);
    lockNavigation();
    useLooks(organisationOf(null));
    window.addEventListener("hashchange", ({ newURL }) => this.onPairingLink(findCode(newURL)));
    keepScreenAwake();
    const theme = await this.store.read("theme");
    if (theme) document.documentElement.dataset.theme = theme;
    this.#tablerLanguage = (await this.store.read("crews")) || this.#tablerLanguage;
    this.update.start().catch(() => {});
    const isNew = await this.store.read("isNew");
    if (!(await this.store.pairing())) this.show(Pairing, code);
    else if (code) await this.open(AlreadyPaired, code);
    else await this.open(isNew ? Ready : Attract);
    this.sync.addEventListener("state", () => this.onSync());
    this.sync.start();
  }

  /**
   * Handle the address of a pairing code that was opened while the app runs.
   *
   * @param {string} code
   */
  async onPairingLink(code) {
    if (!code) return;
    window.history.replaceState(null, "", window.location.pathname);
    if (!(await this.store.pairing())) this.show(Pairing, code);
    else if (this.campaign) this.show(AlreadyPaired, code);
  }

  /**
   * Show what a paired tablet has stored, and fetch what it lacks.
   *
   * @template {unknown[]} Details
   * @param {ScreenClass<Details>} Screen
   * @param {Details} details
   */
  async open(Screen, ...details) {
    requestPersistence();
    this.campaign = (await storedCampaign(this.store)) || null;
    if (this.campaign && !(await this.isOurs())) this.campaign = null;
    this.stopped = (await this.store.read("stopped")) || "";
    if (this.campaign) this.useCampaign(this.campaign);
    else await this.updateCampaign().catch(() => {});
    if (this.campaign) this.show(Screen, ...details);
    else this.show(StartupError, "campaign");
    this.download().catch(() => {});
  }

  /** Fetch the campaign, the montage's files and the organization's mark if they are new. */
  async download() {
    this.#downloads += 1;
    try {
      await this.updateCampaign();
      if (this.campaign) await cacheAssets(this.pictureUrls());
    } finally {
      this.#downloads -= 1;
    }
  }

  get isDownloading() {
    return this.#downloads > 0;
  }

  /**
   * Return the URLs of the pictures to cache for use without a network.
   *
   * @returns {string[]}
   */
  pictureUrls() {
    return [...this.picture.urls(), ...imageUrls(organisationOf(this.campaign))];
  }

  /** Fetch the campaign if it is new. */
  async updateCampaign() {
    const pairing = await this.store.pairing();
    if (!pairing) return;
    try {
      this.useCampaign(await refreshCampaign(this.store, pairing));
      await this.stop("");
    } catch (error) {
      if (error instanceof RequestRefused && error.code === "revoked") await this.stop("revoked");
      throw error;
    }
  }

  /**
   * Stop collecting signatures for `reason`. Pass "" to continue.
   *
   * @param {string} reason
   */
  async stop(reason) {
    if (this.stopped === reason) return;
    this.stopped = reason;
    await this.store.write({ stopped: reason });
    if (this.screen instanceof Attract) this.render();
  }

  /** @param {Campaign} campaign */
  useCampaign(campaign) {
    const isNew = !this.campaign;
    this.campaign = campaign;
    this.sync.outbox.limits = campaign.limits;
    document.documentElement.dataset.palette = campaign.cause.palette;
    useLooks(organisationOf(campaign));
    if (isNew) this.setLanguage(this.languages[0]);
  }

  /** The languages of this table, the first one first. */
  get languages() {
    const offered = this.campaign ? this.campaign.languages : languages;
    return offered.filter((language) => languages.includes(language));
  }

  /** The petitions and other actions that are open right now. Older servers send only petitions. */
  get petitions() {
    /** @param {Petition} petition */
    const isOpen = ({ phase, closes_at: end }) =>
      phase === "open" && (!end || Date.parse(end) > Date.now());
    const { petitions = [], actions = [] } = this.campaign || {};
    return this.stopped ? [] : [...petitions, ...actions].filter(isOpen);
  }

  async onSync() {
    const { campaign, problem } = this.sync.state;
    if (campaign && campaign !== this.news) {
      this.news = campaign;
      // If the download failed, forget this version, so that the next sync tries again.
      this.download().catch((error) => {
        if (!(error instanceof RequestRefused)) this.news = "";
      });
    }
    if (!problem) this.update.takeOver();
    if (this.campaign && this.screen?.isFree && !(await this.isOurs())) window.location.reload();
  }

  /**
   * Return whether the tablet still belongs to this campaign's table.
   *
   * Another tab may have paired it with a different one.
   */
  async isOurs() {
    const pairing = await this.store.pairing();
    return pairing !== undefined && pairing.kiosk === this.campaign?.kiosk.id;
  }

  /**
   * Replace the current screen with a new one and keep nothing of the old.
   *
   * @template {unknown[]} Details
   * @param {ScreenClass<Details>} Screen
   * @param {Details} details
   */
  show(Screen, ...details) {
    const wasForTablers = isForTablers(this.screen);
    this.leave();
    // Screens for volunteers are in the volunteers' language, whatever language the table starts in.
    if (Screen.isForTablers) this.setLanguage(this.#tablerLanguage);
    else if (wasForTablers) this.setLanguage(this.languages[0]);
    /** @type {HTMLTemplateElement} */
    const template = getElement(document, `#screen-${Screen.template}`);
    this.place.replaceChildren(template.content.cloneNode(true));
    this.place.dataset.screen = Screen.template;
    fillMessages(this.place);
    this.screen = new Screen(/** @type {LoadedKiosk} */ (this), this.place, ...details);
    fillHeader(this, this.place);
    this.render();
    if (Screen.isPersonal) this.#idle.start(Screen.idleMs);
    else this.#idle.stop();
    window.scrollTo(0, 0);
    const heading = this.place.querySelector("h1");
    this.#guard.start(() => heading && heading.focus({ preventScroll: true }));
    if (this.screen.isFree) this.update.takeOver();
  }

  leave() {
    if (!this.screen) return;
    if (this.screen.leave) this.screen.leave();
    this.screen = null;
    // Clear every field, because something else may still hold a reference to it.
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = this.place.querySelectorAll("input, textarea, select");
    for (const field of fields) {
      field.value = "";
      field.checked = false;
    }
    this.picture.detach();
  }

  /**
   * Change the language of everything shown, and keep what was typed.
   *
   * @param {string} language
   */
  setLanguage(language) {
    document.documentElement.lang = language;
    document.documentElement.dir = languageDirection(language);
    fillMessages(document);
    if (this.screen) {
      fillHeader(this, this.place);
      this.render();
    }
  }

  /**
   * Switch to the language that was tapped. On a screen for volunteers, remember it for next time.
   *
   * @param {string} language
   */
  choose(language) {
    this.setLanguage(language);
    if (!isForTablers(this.screen)) return;
    this.#tablerLanguage = language;
    this.store.write({ crews: language });
  }

  render() {
    if (this.screen?.render) this.screen.render();
  }

  /** Return to the start, in the first language, with nothing left of the last person. */
  restart() {
    this.reset(this.languages[0]);
    this.show(this.campaign ? Attract : Pairing);
  }

  /** @param {string} language */
  reset(language) {
    this.leave();
    this.place.replaceChildren();
    this.setLanguage(language);
  }

  /**
   * Ask for the volunteers' PIN, then show `next`: a screen and its arguments.
   *
   * @template {unknown[]} Details
   * @param {[Screen?: ScreenClass<Details>, ...details: Details]} next
   */
  askPin(...next) {
    if (this.campaign) this.show(Pin, ...next);
  }

  /** Return to the start: immediately, or after a question if something was typed. */
  askRestart() {
    if (this.screen?.hasInput && this.screen.hasInput()) this.#restartDialog.open();
    else this.restart();
  }

  wipe() {
    this.#restartDialog.close();
    this.restart();
    getElement(document, "#aloud").textContent = message("wiped");
  }
}

/** @param {Screen | null} screen */
const classOf = (screen) => /** @type {ScreenClass | undefined} */ (screen?.constructor);

/** @param {Screen | null} screen */
const isForTablers = (screen) => Boolean(classOf(screen)?.isForTablers);
