// What the page says of itself, and its reader's system of her.

export const lang = () => document.documentElement.lang || "en";

export const isStill = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
