// What we use of this library.

export interface Point {
  x: number;
  y: number;
  pressure: number;
  time: number;
}

/** One stroke, and the pen it was drawn with. */
export interface PointGroup {
  penColor: string;
  dotSize: number;
  minWidth: number;
  maxWidth: number;
  velocityFilterWeight: number;
  compositeOperation: GlobalCompositeOperation;
  points: Point[];
}

export default class SignaturePad {
  constructor(canvas: HTMLCanvasElement, options: { penColor: string; minWidth: number; maxWidth: number });
  clear(): void;
  off(): void;
  toData(): PointGroup[];
  fromData(strokes: PointGroup[]): void;
}
