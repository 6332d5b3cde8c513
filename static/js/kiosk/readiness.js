// Checks "ready for offline" by testing each part now, not by remembering an earlier success.

import { areCached } from "./campaign.js";
import { seal } from "./seal.js";

/** @import { Campaign, Readiness } from "../../../types/kiosk" */

const CHECKS = ["worker", "campaign", "picture", "sealing"];

/** @returns {Promise<string[]>} */
async function listedFiles() {
  const list = await caches.match("/kiosk/assets.json");
  if (!list) throw new Error("No list of files");
  const { files } = await list.json();
  return files;
}

// The file list is cached with the files, so it can be read without a network.
async function hasFiles() {
  const registration = await navigator.serviceWorker.getRegistration("/kiosk/");
  return Boolean(registration && registration.active) && areCached(["/kiosk/", ...(await listedFiles())]);
}

/** @param {Campaign} campaign */
async function canSeal({ key, kiosk }) {
  const sealed = await seal({ v: 1 }, key, { kiosk: kiosk.id, id: "0", sequence: 0 });
  return sealed.length > 0;
}

/**
 * Return which of CHECKS are ready, by name, and whether the browser promised to keep them.
 *
 * @param {Campaign} campaign
 * @param {string[]} pictureUrls
 * @returns {Promise<Readiness>}
 */
export async function readiness(campaign, pictureUrls) {
  /** @type {Record<string, () => Promise<boolean>>} */
  const checks = {
    worker: hasFiles,
    campaign: async () => Boolean(campaign && campaign.petitions.length + (campaign.actions || []).length),
    picture: () => areCached(pictureUrls),
    sealing: () => canSeal(campaign),
  };
  /** @type {Record<string, boolean>} */
  const parts = {};
  for (const name of CHECKS) parts[name] = await checks[name]().catch(() => false);
  return { parts, isReady: Object.values(parts).every(Boolean), isLasting: await isPersistent() };
}

async function isPersistent() {
  const { storage } = navigator;
  return Boolean(storage && storage.persisted && (await storage.persisted().catch(() => false)));
}

/**
 * Return whether this is a Safari tab on an iPad or iPhone, not the app on its home screen.
 *
 * The home screen app has its own storage. Only Safari there defines `standalone` at all.
 *
 * @returns {boolean}
 */
export const isSafariTab = () => navigator.standalone === false;

/**
 * Ask the browser not to clear our storage. Return whether it promised.
 *
 * @returns {Promise<boolean>}
 */
export async function requestPersistence() {
  const { storage } = navigator;
  return Boolean(storage && storage.persist && (await storage.persist().catch(() => false)));
}
