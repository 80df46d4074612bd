/** Colour: only for a terminal, and not where the user does not want it (https://no-color.org). */
import { styleText } from 'node:util';

type Paint = (text: string) => string;

export interface Style {
  readonly dim: Paint;
  readonly bold: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly note: Paint;
}

export function styleFor(out: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Style {
  const isColoured = out.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  const paint =
    (format: Parameters<typeof styleText>[0]): Paint =>
    (text) =>
      isColoured && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  return {
    dim: paint('dim'),
    bold: paint('bold'),
    good: paint('green'),
    bad: paint('red'),
    warn: paint('yellow'),
    note: paint('cyan'),
  };
}

export const plainStyle: Style = styleFor({});
