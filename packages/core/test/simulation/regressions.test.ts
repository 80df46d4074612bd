/**
 * What has gone wrong once, here or with a bug put in on purpose, does not go wrong again: the scripts in the folder
 * `regressions`, as `npm run -s simulate` has found and shrunk them.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../src/engine/random.js';
import { fromText, replay, toText } from './campaign/regression.js';
import { randomScript } from './model/script.js';
import { tryModel } from './model/trial.js';

const FOLDER = join(__dirname, 'regressions');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

beforeEach(() => {
  // The scripts of the engine have listeners that fail, and options that are worth a warning.
  jest.spyOn(console, 'error').mockImplementation(() => {});
  jest.spyOn(console, 'warn').mockImplementation(() => {});
});

test.each(files)('%s', (file) => replay(fromText(readFileSync(join(FOLDER, file), 'utf8'))));

test('a script that is written and read again is the same', () => {
  const random = seededRandom(1);
  for (let i = 0; i < 200; i++) {
    const script = randomScript(random);
    const text = toText({ of: 'model', script, first: '', violation: '', story: [] });
    const again = fromText(text);
    expect(again).toEqual({ of: 'model', script });
    expect(tryModel(again.script as typeof script)).toEqual(tryModel(script));
  }
});
