/** docs/guides/metrics.md: its tables are those of the code, its names exist. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_NAMES } from '@coppice/core';
import { METRICS, type MetricName, metricsOf } from '@coppice/core/kit';
import { prometheusName } from '@coppice/prometheus';

const guide = readFileSync(join(__dirname, '../../../docs/guides/metrics.md'), 'utf8');
const names = Object.keys(METRICS) as MetricName[];
const code = (word: string): string => `\`${word}\``;

test('all metrics', () => {
  const rows = names.map((name) => {
    const { kind, unit, description, attributes } = METRICS[name];
    return `| ${code(name)} | ${kind}, ${code(unit)} | ${attributes.map(code).join(', ')} | ${description} |`;
  });
  expect(guide).toContain(`| --- | --- | --- | --- |\n${rows.join('\n')}\n`);
});

test('which event counts where', () => {
  const counting = EVENT_NAMES.filter((name) => metricsOf(name).length > 0);
  const rows = counting.map((name) => `| ${code(name)} | ${metricsOf(name).map(code).join(', ')} |`);
  expect(guide).toContain(`| --- | --- |\n${rows.join('\n')}\n`);
});

test('each name that is used exists, in either spelling, and so does each label', () => {
  const known = names.flatMap((name) => {
    const scraped = prometheusName(name);
    const parts = METRICS[name].kind === 'histogram' ? ['_bucket', '_sum', '_count'] : [];
    return [
      scraped,
      ...parts.map((part) => scraped + part),
      ...METRICS[name].attributes.map((one) => one.replaceAll('.', '_')),
    ];
  });
  const used = Array.from(guide.matchAll(/\bsupervision_\w+/g), ([name]) => name);
  expect(used.length).toBeGreaterThan(20);
  expect(used.filter((name) => !known.includes(name))).toEqual([]);
});
