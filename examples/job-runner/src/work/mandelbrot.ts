/** A picture of the Mandelbrot set in shades of grey: what stands for image work here. */
import { createHash } from 'node:crypto';

const MAX_STEPS = 200;

/** @returns the checksum of its pixels */
export function drawMandelbrot(size: number): string {
  const pixels = new Uint8Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++)
      pixels[row * size + column] = shade((3 * column) / size - 2, (3 * row) / size - 1.5);
  return createHash('sha256').update(pixels).digest('hex').slice(0, 16);
}

/** How long a point of the plane takes to leave it. */
function shade(re: number, im: number): number {
  let [x, y, steps] = [0, 0, 0];
  while (x * x + y * y <= 4 && steps < MAX_STEPS) {
    [x, y] = [x * x - y * y + re, 2 * x * y + im];
    steps++;
  }
  return steps;
}
