// What the type checker's own description of browsers lacks, and the events that our scripts send.

import type { PulseAnswer, PulseState } from "./pulse.js";
import type { MontageChange } from "./montage.js";
import type { Stage } from "../static/js/montage/stage.js";

declare global {
  // Browsers accept null, for a timer that is not running.
  function clearTimeout(id: number | null | undefined): void;
  function clearInterval(id: number | null | undefined): void;

  // Our pages consist of HTML elements, so a selector finds one of those, unless the place that
  // asks says which other kind it is.
  interface ParentNode {
    querySelector<K extends keyof HTMLElementTagNameMap>(selectors: K): HTMLElementTagNameMap[K] | null;
    querySelector<E extends Element = HTMLElement>(selectors: string): E | null;
    querySelectorAll<K extends keyof HTMLElementTagNameMap>(
      selectors: K,
    ): NodeListOf<HTMLElementTagNameMap[K]>;
    querySelectorAll<E extends Element = HTMLElement>(selectors: string): NodeListOf<E>;
  }

  interface Element {
    closest<K extends keyof HTMLElementTagNameMap>(selector: K): HTMLElementTagNameMap[K] | null;
    closest<E extends Element = HTMLElement>(selectors: string): E | null;
  }

  /** The data attributes that a script relies on, because its template writes them. */
  type TemplateData = Record<string, string>;
  type WithData<E extends HTMLElement = HTMLElement> = E & { dataset: TemplateData };

  interface DocumentEventMap {
    "volante:pulse": CustomEvent<PulseAnswer>;
    "volante:pulse-state": CustomEvent<PulseState>;
  }

  interface HTMLElementEventMap {
    "volante:montage-started": CustomEvent<{ stage: Stage }>;
    "volante:montage-changed": CustomEvent<MontageChange & { last: number }>;
    "volante:montage-lost": Event;
  }

  interface Navigator {
    /** Only in Chromium. */
    getBattery?(): Promise<{ level: number; charging: boolean }>;
    /** Only in Chromium. */
    connection?: { saveData: boolean };
    /** Only in Safari on iPads and iPhones. */
    standalone?: boolean;
  }

  /** The browser's own reader of codes. Not every browser has one. */
  interface BarcodeDetector {
    detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
  }

  var BarcodeDetector:
    | {
        new (options: { formats: string[] }): BarcodeDetector;
        getSupportedFormats(): Promise<string[]>;
      }
    | undefined;

  /** Only in Chromium, before the app is installed. */
  interface BeforeInstallPromptEvent extends Event {
    prompt(): Promise<unknown>;
    userChoice: Promise<unknown>;
  }

  interface WindowEventMap {
    beforeinstallprompt: BeforeInstallPromptEvent;
  }
}
