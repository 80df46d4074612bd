/**
 * A strict parser of Prometheus's text format 0.0.4: whatever is not exactly as the format says is an error. Each
 * metric is described once, before its samples, which stand together; no sample stands twice; buckets add up.
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\\\\n]|\\\\["\\\\n])*)"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)\\})? (\\S+)$`);
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
const SUFFIXES: Readonly<Record<string, readonly string[]>> = { histogram: ['_bucket', '_sum', '_count'] };

export function parse(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let current: Family | undefined;
  let help: readonly [name: string, help: string] | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    const fail = (why: string): never => {
      throw new Error(`line ${at + 1}: ${why}: ${line}`);
    };
    if (line === '') continue;
    const described = new RegExp(`^# HELP (${NAME}) (.*)$`).exec(line);
    const typed = new RegExp(`^# TYPE (${NAME}) (\\S+)$`).exec(line);
    if (described) {
      help = [described[1]!, described[2]!];
    } else if (typed) {
      const [, name = '', type = ''] = typed;
      if (!TYPES.includes(type)) fail('no such type');
      if (help?.[0] !== name) fail('it has no HELP before');
      if (families.has(name)) fail('it is described twice');
      current = { name, type, help: help![1], samples: [] };
      families.set(name, current);
    } else if (line.startsWith('#')) {
      fail('no comments are expected');
    } else {
      const match = SAMPLE.exec(line) ?? fail('no sample');
      if (!current) return fail('it has no TYPE before');
      const [, name = '', list = ''] = match;
      const allowed = SUFFIXES[current.type]?.map((suffix) => current!.name + suffix) ?? [current.name];
      if (!allowed.includes(name)) fail(`it is none of ${current.name}`);
      const labels = Object.fromEntries(
        Array.from(list.matchAll(new RegExp(LABEL, 'g')), ([, key = '', value = '']) => [
          key,
          unescape(value),
        ]),
      );
      const series = `${name} ${keyOf(labels)}`;
      if (seen.has(series)) fail('it stands there twice');
      seen.add(series);
      const value = numberOf(match.at(-1)!) ?? fail('no number');
      if (current.type === 'counter' && !(value >= 0)) fail('a counter below 0');
      current.samples.push({ name, labels, value });
    }
  }
  for (const family of families.values()) if (family.type === 'histogram') checkBuckets(family);
  return families;
}

function numberOf(text: string): number | undefined {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

const unescape = (value: string): string =>
  value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));

/** Buckets are cumulative, in order, end with +Inf, and that is the count. */
function checkBuckets({ name, samples }: Family): void {
  const series = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = keyOf({ ...sample.labels, le: '' });
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const [key, all] of series) {
    const buckets = all.filter((one) => one.name === `${name}_bucket`);
    const limits = buckets.map(({ labels }) => numberOf(labels['le'] ?? '') ?? Number.NaN);
    const isSorted = limits.every((limit, at) => at === 0 || limit > limits[at - 1]!);
    const grows = buckets.every(({ value }, at) => at === 0 || value >= buckets[at - 1]!.value);
    const count = all.find((one) => one.name === `${name}_count`);
    if (!isSorted || !grows || limits.at(-1) !== Infinity || buckets.at(-1)?.value !== count?.value)
      throw new Error(`the buckets of ${name} ${key} do not add up`);
    if (all.filter((one) => one.name === `${name}_sum`).length !== 1)
      throw new Error(`${name} ${key} has no sum`);
  }
}

/** The same for the same labels, in whatever order. */
const keyOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => JSON.stringify([key, value]))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .join();
