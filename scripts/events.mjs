// Writes docs/events.md: all events, from their types and comments (packages/core/src/model/event.ts), with the log level
// of @coppice/pino and the metrics of @coppice/core. With --check it only says whether the page is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { root } from './packages.mjs';

const PAGE = join(root, 'docs/events.md');
const MODEL = join(root, 'packages/core/src/model');
const dist = (path) => import(pathToFileURL(join(root, 'packages', path)).href);

const { EVENT_LOG } = await dist('pino/dist/esm/index.js');
const { metricsOf } = await dist('core/dist/esm/kit.js');

const program = ts.createProgram([join(MODEL, 'event.ts'), join(MODEL, 'cause.ts')], {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
});
const checker = program.getTypeChecker();

/** The comment on a symbol, as text. */
const docOf = (symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();

/** On one line, as it can stand in a cell of a table. */
const cell = (text) => text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');

function exportsOf(file) {
  const source = program.getSourceFile(join(MODEL, file));
  return new Map(
    checker.getExportsOfModule(checker.getSymbolAtLocation(source)).map((symbol) => [symbol.name, symbol]),
  );
}

const inEvents = exportsOf('event.ts');
const inCauses = exportsOf('cause.ts');

const FORMAT = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType;

/** The fields of an event, with their types and what their comments say. */
function fieldsOf(event) {
  const type = checker.getTypeOfSymbol(event);
  return checker.getPropertiesOfType(type).map((field) => ({
    name: field.name,
    type: checker.typeToString(checker.getTypeOfSymbol(field), undefined, FORMAT),
    doc: docOf(field),
  }));
}

const bodies = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(inEvents.get('EventBodies')));
const events = bodies.map((symbol) => ({ name: symbol.name, when: docOf(symbol), fields: fieldsOf(symbol) }));

/** What every event about a child has; of those about a supervisor it is the path alone. */
const ABOUT_CHILD = ['path', 'supervisor', 'id', 'kind', 'incarnation', 'restart'];

const isAboutChild = ({ fields }) => ABOUT_CHILD.every((name) => fields.some((field) => field.name === name));

const ownFields = (event) => {
  const common = isAboutChild(event) ? ABOUT_CHILD : ['path'];
  return event.fields.filter(({ name }) => !common.includes(name));
};

const LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'];

/** The level, or those that it may have, depending on the event. */
function levelOf(name) {
  const { level } = EVENT_LOG[name];
  if (typeof level === 'string') return level;
  const levels = String(level).match(/(?<=['"])(debug|info|warn|error|fatal)(?=['"])/g) ?? [];
  if (levels.length === 0) throw new Error(`the level of ${name} cannot be told`);
  return LEVELS.filter((each) => levels.includes(each)).join(' or ');
}

const row = (event) => {
  const own = ownFields(event).map(({ name }) => `\`${name}\``);
  const metrics = metricsOf(event.name).map((metric) => `\`${metric}\``);
  return `| \`${event.name}\` | ${cell(event.when)} | ${own.join(', ')} | ${levelOf(event.name)} | ${metrics.join(', ')} |`;
};

const tableOf = (chosen) =>
  [
    '| event | when | fields besides | log level | metrics |',
    '| --- | --- | --- | --- | --- |',
    ...chosen.map(row),
  ].join('\n');

const fieldLine = ({ name, type, doc }) => `- \`${name}\`: \`${type}\`${doc === '' ? '' : `. ${cell(doc)}`}`;

const sectionOf = (event) => {
  const own = ownFields(event);
  return own.length === 0 ? [] : [`**\`${event.name}\`**\n\n${own.map(fieldLine).join('\n')}`];
};

for (const { name, when } of events)
  if (when === '') throw new Error(`${name} has no comment that says when`);

const child = events.find(isAboutChild);
const page = `<!-- Written by \`npm run -s docs:events\`: change packages/core/src/model/event.ts instead. -->

# Events

Whatever happens in a tree is one of these ${events.length} events. They are plain JSON data, and what is more is made of them: log
records, metrics, the dashboard, the diagnostics channels. Each has a \`type\`, its number \`seq\`, which counts the events of one
tree without gaps, and the time \`at\`, in milliseconds by the clock of the tree. They come in causal order: first the fact (a child
has ended), then the decision, then what follows from it. The union is version ${versionOf()}.

How to listen, and what else is made of events: [Observing](guides/observing.md). The log level is that of
[\`@coppice/pino\`](guides/logging.md).

## About a child

Each says of which: ${ABOUT_CHILD.map((name) => `\`${name}\``).join(', ')}.

${child.fields
  .filter(({ name }) => ABOUT_CHILD.includes(name))
  .map(fieldLine)
  .join('\n')}

${tableOf(events.filter(isAboutChild))}

## About a supervisor, and others

Each says of which: \`path\`, the ids from the root down to the supervisor, joined by \`/\`.

${tableOf(events.filter((event) => !isAboutChild(event)))}

## The fields of each

${events.flatMap(sectionOf).join('\n\n')}

## The words of \`because\`

${[...inCauses]
  .filter(([name]) => name.endsWith('Cause'))
  .map(([name, symbol]) => `**${name}**. ${docOf(symbol)}`)
  .join('\n\n')}
`;

function versionOf() {
  const type = checker.getTypeOfSymbol(inEvents.get('EVENT_VERSION'));
  return checker.typeToString(type);
}

if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/events.md is out of date: npm run -s docs:events');
  process.exit(1);
}
