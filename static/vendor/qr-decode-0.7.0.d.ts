// What we use of this library.

/** Throws if there is no code in the picture. */
export function decodeQR(image: { data: Uint8ClampedArray; width: number; height: number }): string;
