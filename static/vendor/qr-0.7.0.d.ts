// What we use of this library.

export function encodeQR(text: string, output: "raw", options: { ecc: "medium"; border: number }): boolean[][];
