// The data of a montage: what the server sends, and what the modules hand to each other.

/** The colours of a butterfly's parts seen close up, for places of one luminance. */
export interface NearTints {
  luminance: number;
  ink: Rgb;
  dark: Rgb;
  light: Rgb;
  spot: Rgb;
}

/** Red, green and blue. */
export type Rgb = number[];

/** The header of a packed shape. campaign/montage/browser_data.py writes it. */
export interface ShapeHeader {
  /** Column and row, in pixels. */
  centre: [number, number];
  ink: Rgb;
  night_ink: Rgb;
  near: NearTints[];
  /** Flat, three numbers for each colour. */
  colours: number[];
  /** How many dots the outline has. */
  dots: number;
}

/** Where butterflies may sit: eight pixels to a byte, and the share of them that is set. */
export interface ShapeMask {
  mask: Uint8Array;
  area: number;
}

/** A shape as the browser uses it. */
export interface Shape extends Omit<ShapeHeader, "dots">, ShapeMask {
  /** Pairs, in sixteenths of a pixel. */
  dots: Uint16Array;
  /** 0, or 1 + the index of a colour. */
  pixels: Uint8Array<ArrayBuffer>;
}

/** The part of a shape from which layouts are computed. */
export type LayoutShape = Pick<
  Shape,
  "mask" | "area" | "pixels" | "colours" | "ink" | "night_ink" | "near"
>;

/** What a layout is asked for. */
export interface LayoutQuestion {
  last: number;
  without: number[];
  width: number;
  night: boolean;
}

/** A square of RGBA pixels, premultiplied. */
export interface Ground {
  side: number;
  pixels: Uint8Array<ArrayBuffer>;
}

/** The answer: pairs of x and number in the order of painting, and the shade beneath them. */
export interface Layout {
  butterflies: Uint32Array<ArrayBuffer>;
  ground: Ground | null;
}

/** What a renderer needs to know of the view. Lengths are device pixels. */
export interface View {
  /** The middle, in fractions of the square. */
  x: number;
  y: number;
  /** The width of the square. */
  scale: number;
  width: number;
  height: number;
  /** The width of a butterfly. */
  size: number;
  /** How near to the edge of the square a butterfly may be, in fractions of it. */
  rim: number;
  night: boolean;
  /** The opacity of the shade. */
  ground: number;
  count: number;
}

/** Sides, in fractions of the square. */
export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Left, top, width and height, as shares of the canvas. */
export type Box = [number, number, number, number];

/** A place in the square. Both are uint32 fractions. */
export interface Place {
  x: number;
  y: number;
}

/** A butterfly and its place. */
export interface PlacedButterfly extends Place {
  number: number;
}

/** The butterfly under the lens. If `isHeld`, the lens stays inside the picture. */
export interface ChosenButterfly extends PlacedButterfly {
  isHeld?: boolean;
}

/** A butterfly with a ring around it. */
export interface HighlightedButterfly extends PlacedButterfly {
  isOwn: boolean;
  radius: number;
}

/** A butterfly on the way to its place. */
export interface Flight extends PlacedButterfly {
  start: number;
  ms: number;
  /** Where it starts, relative to its place. It is known once the flight is first drawn. */
  from?: { across: number; down: number; bend: number };
}

/** Butterflies to paint over the settled ones. WebGLRenderer defines the layout of the bytes. */
export interface PackedButterflies {
  count: number;
  bytes: ArrayBuffer;
}

/** The butterfly under the lens, and its width. */
export interface LargeButterflies {
  size: number;
  butterflies: PackedButterflies;
}

/** Numbers of butterflies that came, and that are free again. */
export interface MontageChange {
  born: number[];
  gone: number[];
}

/** Which butterflies exist: 1 to `last`, without the free numbers. The server sends it. */
export interface TakenNumbers {
  last: number;
  free: number[];
}

/** What a supporter made public of a butterfly. The server sends it. */
export interface NamedButterfly {
  n: number;
  name: string;
  country: string;
  /** The day, as an ISO date. */
  at: string;
  comment: string;
}

/** The names of up to a thousand butterflies. The server sends it. */
export interface NameChunk extends TakenNumbers {
  butterflies: NamedButterfly[];
}

/** Day or night, and two colours as shares from 0 to 1. */
export interface ColourScheme {
  night: boolean;
  ink: Rgb;
  surface: Rgb;
}

/** A picture of the settled butterflies, and the view it was painted for. */
export interface Layer {
  view: View | null;
}

/** The layers of a renderer: the one shown, the one being painted, the last of the whole square. */
export interface Layers<L extends Layer> {
  front: L | null;
  back: L | null;
  complete: L | null;
}

/** What paints a montage on a canvas. */
export interface Renderer {
  canvas: HTMLCanvasElement;
  front: Layer | null;
  sheets: { onReady: (level: string) => void; fetch(level: string): Promise<void> };
  /** Get ready to paint. */
  prepare(): Promise<void>;
  resize(width: number, height: number): void;
  setGround(ground: Ground | null): void;
  begin(view: View, butterflies: Uint32Array<ArrayBuffer>, dots: Float32Array<ArrayBuffer> | null): void;
  /** Return false if sprites are not loaded. */
  paint(from: number, to: number): boolean;
  isBusy(): boolean;
  finish(): void;
  show(
    view: View,
    moving: PackedButterflies,
    discs: Float32Array<ArrayBuffer> | null,
    large: LargeButterflies | null,
  ): void;
}

/** A kind of renderer, and how many butterflies its first frames may paint. */
export interface RendererClass {
  new (canvas: HTMLCanvasElement, shape: Shape, sheetUrl: string): Renderer;
  budget: number;
}
