/** Those who count faults hear of them on a diagnostics channel: of each, whatever becomes of it. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { FAULT_CHANNEL } from '@coppice/core/kit';
import { fakeOwner, install } from './fake-owner.js';

test('each fault, as it is told elsewhere', () => {
  const heard: unknown[] = [];
  const hear = (fault: unknown): void => void heard.push(fault);
  subscribe(FAULT_CHANNEL, hear);
  try {
    const { faults, raiseIn, source } = install();
    raiseIn(fakeOwner(), new Error('stray'));
    source.raise(new Error('nobody’s'), 'unhandledRejection');
    expect(heard).toEqual(faults);
    expect(heard).toMatchObject([{ outcome: 'crash' }, { outcome: 'fatal', attribution: 'none' }]);
  } finally {
    unsubscribe(FAULT_CHANNEL, hear);
  }
});
