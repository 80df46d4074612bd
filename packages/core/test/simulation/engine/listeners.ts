/** Listeners that misbehave. */
import type { SupervisorTree } from '../../../src/index.js';
import { checkJson } from './json.js';

/** They throw, reject, read, and come and go in the middle of an event; the tree must not notice. */
export function addHostileListeners(tree: SupervisorTree): void {
  let count = 0;
  const late = (): void => {
    throw new Error('a late listener');
  };
  const visitor = (): void => {
    tree.off('event', visitor);
    tree.own.once('child:started', late);
  };
  tree.on('event', () => {
    throw new Error('a listener that throws');
  });
  tree.on('event', () => Promise.reject(new Error('a listener that rejects')));
  tree.on('event', () => {
    count++;
    if (count % 4 === 0) checkJson('snapshot', tree.snapshot());
    tree.whichChildren();
    tree.countChildren();
    if (count % 3 === 0) tree.on('event', visitor);
    if (count % 5 === 0) tree.off('event', visitor);
    if (count % 4 === 0) tree.once('child:crashed', late);
  });
}

/** They give commands in the middle of an event. What happens then is another story, but by the same rules. */
export function addMeddlers(tree: SupervisorTree, settled: (command: Promise<unknown>) => void): void {
  let count = 0;
  tree.on('event', ({ type, path }) => {
    count++;
    const [, id = 'leaf0'] = path.split('/');
    if (type === 'child:crashed' && count % 2 === 0) settled(tree.terminateChild(id));
    if (type === 'child:stopped' && count % 3 === 0) settled(tree.restartChild(id));
    if (type === 'child:removed') settled(tree.deleteChild(id));
    if (type === 'child:restarting' && count % 7 === 0) settled(tree.stop());
    if (type === 'supervisor:started' && count % 5 === 0) settled(tree.stop());
  });
}
