// The app's controller: which screen is shown, in which language, and what happens between people.

import { keepAwake } from "../screen/awake.js";
import { keepAssets, keptCampaign, refresh } from "./campaign.js";
import { codeIn } from "./code-words.js";
import { closeDoors } from "./closed-doors.js";
import { Idle } from "./idle.js";
import { Picture } from "./picture.js";
import { askToLast } from "./readiness.js";
import { Attract } from "./screens/attract.js";
import { Pairing } from "./screens/pairing.js";
import { Pin } from "./screens/pin.js";
import { Ready } from "./screens/ready.js";
import { Stuck } from "./screens/stuck.js";
import { Taken } from "./screens/taken.js";
import { fillTop } from "./screens/top.js";
import { RestartDialog } from "./restart-dialog.js";
import { Refused } from "./server.js";
import { StillThere } from "./still-there.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { TapGuard } from "./tap-guard.js";
import { Update } from "./update.js";
import { ofTheBrowser, label, languages, word } from "./words.js";

export class Kiosk {
  constructor(place) {
    Object.assign(this, { place, screen: null, campaign: null, stopped: "", news: "" });
    Object.assign(this, { installing: null, crews: ofTheBrowser() });
    this.store = new Store();
    this.sync = new Sync(this.store);
    this.update = new Update(() => !this.screen || this.screen.isFree === true);
    this.picture = new Picture(this);
    this.guard = new TapGuard(place);
    this.stillThere = new StillThere(this.guard);
    this.restartDialog = new RestartDialog(this.guard, () => this.restart());
    this.idle = new Idle({
      warn: (seconds) => this.stillThere.warn(seconds, this.screen.constructor.idleHint),
      calm: () => this.stillThere.close(),
      end: () => this.wipe(),
    });
    window.addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.installing = event;
    });
  }

  async start() {
    const code = codeIn(window.location.href);
    closeDoors();
    window.addEventListener("hashchange", ({ newURL }) => this.meet(codeIn(newURL)));
    keepAwake();
    const theme = await this.store.read("theme");
    if (theme) document.documentElement.dataset.theme = theme;
    this.crews = (await this.store.read("crews")) || this.crews;
    this.update.start().catch(() => {});
    const isNew = await this.store.read("isNew");
    if (!(await this.store.pairing())) this.show(Pairing, code);
    else if (code) await this.open(Taken, code);
    else await this.open(isNew ? Ready : Attract);
    this.sync.addEventListener("state", () => this.onSync());
    this.sync.start();
  }

  /** Handle the address of a pairing code that was opened while the app runs. */
  async meet(code) {
    if (!code) return;
    window.history.replaceState(null, "", window.location.pathname);
    if (!(await this.store.pairing())) this.show(Pairing, code);
    else if (this.campaign) this.show(Taken, code);
  }

  /** Show what a paired tablet has stored, and fetch what it lacks. */
  async open(Screen, ...details) {
    askToLast();
    this.campaign = await keptCampaign(this.store);
    if (this.campaign && !(await this.isOurs())) this.campaign = null;
    this.stopped = await this.store.read("stopped");
    if (this.campaign) this.take(this.campaign);
    else await this.renew().catch(() => {});
    if (this.campaign) this.show(Screen, ...details);
    else this.show(Stuck, "campaign");
    this.download().catch(() => {});
  }

  /** Fetch the campaign and the montage's files if they are new. */
  async download() {
    await this.renew();
    if (this.campaign) await keepAssets(this.picture.urls());
  }

  /** Fetch the campaign if it is new. */
  async renew() {
    const pairing = await this.store.pairing();
    if (!pairing) return;
    try {
      this.take(await refresh(this.store, pairing));
      await this.stop("");
    } catch (error) {
      if (error instanceof Refused && error.code === "revoked") await this.stop("revoked");
      throw error;
    }
  }

  /** Stop collecting signatures for `reason`. Pass "" to continue. */
  async stop(reason) {
    if (this.stopped === reason) return;
    this.stopped = reason;
    await this.store.write({ stopped: reason });
    if (this.screen instanceof Attract) this.say();
  }

  take(campaign) {
    const isNew = !this.campaign;
    this.campaign = campaign;
    this.sync.outbox.limits = campaign.limits;
    document.documentElement.dataset.palette = campaign.cause.palette;
    if (isNew) this.speak(this.languages[0]);
  }

  /** The languages of this table, the first one first. */
  get languages() {
    const all = this.campaign ? this.campaign.languages : languages;
    return all.filter((each) => languages.includes(each));
  }

  /** The petitions that can be signed right now. */
  get petitions() {
    const isOpen = ({ phase, closes_at: end }) =>
      phase === "open" && (!end || Date.parse(end) > Date.now());
    return this.stopped ? [] : this.campaign.petitions.filter(isOpen);
  }

  async onSync() {
    const { campaign, problem } = this.sync.state;
    if (campaign && campaign !== this.news) {
      this.news = campaign;
      // If the download failed, forget this version, so that the next sync tries again.
      this.download().catch((error) => {
        if (!(error instanceof Refused)) this.news = "";
      });
    }
    if (!problem) this.update.takeOver();
    if (this.campaign && this.screen.isFree && !(await this.isOurs())) window.location.reload();
  }

  /**
   * Return whether the tablet still belongs to this campaign's table.
   *
   * Another tab may have paired it with a different one.
   */
  async isOurs() {
    const pairing = await this.store.pairing();
    return Boolean(pairing) && pairing.kiosk === this.campaign.kiosk.id;
  }

  /** Replace the current screen with a new one and keep nothing of the old. */
  show(Screen, ...details) {
    const wasCrews = isCrews(this.screen);
    this.leave();
    // Crew screens are in the crew's language, whatever language the table starts in.
    if (Screen.isCrews) this.speak(this.crews);
    else if (wasCrews) this.speak(this.languages[0]);
    const sheet = document.getElementById(`screen-${Screen.template}`);
    this.place.replaceChildren(sheet.content.cloneNode(true));
    this.place.dataset.screen = Screen.template;
    label(this.place);
    this.screen = new Screen(this, this.place, ...details);
    fillTop(this, this.place);
    this.say();
    if (Screen.isPersonal) this.idle.start(Screen.idleMs);
    else this.idle.stop();
    window.scrollTo(0, 0);
    const heading = this.place.querySelector("h1");
    this.guard.start(() => heading && heading.focus({ preventScroll: true }));
    if (this.screen.isFree) this.update.takeOver();
  }

  leave() {
    if (!this.screen) return;
    if (this.screen.leave) this.screen.leave();
    this.screen = null;
    // Clear every field, because something else may still hold a reference to it.
    for (const line of this.place.querySelectorAll("input, textarea, select")) {
      line.value = "";
      line.checked = false;
    }
    this.picture.putAway();
  }

  /** Change the language of everything shown, and keep what was typed. */
  speak(language) {
    document.documentElement.lang = language;
    label(document);
    if (this.screen) {
      fillTop(this, this.place);
      this.say();
    }
  }

  /** Switch to the language that was tapped. On a crew screen, remember it for next time. */
  choose(language) {
    this.speak(language);
    if (!isCrews(this.screen)) return;
    this.crews = language;
    this.store.write({ crews: language });
  }

  say() {
    if (this.screen.say) this.screen.say();
  }

  /** Return to the start, in the first language, with nothing left of the last person. */
  restart() {
    this.speakQuietly(this.languages[0]);
    this.show(this.campaign ? Attract : Pairing);
  }

  speakQuietly(language) {
    this.leave();
    this.place.replaceChildren();
    this.speak(language);
  }

  /** Ask for the crew's PIN, then show `next`: a screen and its arguments. */
  askPin(...next) {
    if (this.campaign) this.show(Pin, ...next);
  }

  /** Return to the start: immediately, or after a question if something was typed. */
  askRestart() {
    if (this.screen.hasInput && this.screen.hasInput()) this.restartDialog.open();
    else this.restart();
  }

  wipe() {
    this.restartDialog.close();
    this.restart();
    document.getElementById("aloud").textContent = word("wiped");
  }
}

const isCrews = (screen) => Boolean(screen && screen.constructor.isCrews);
