/** Measures a tree for whoever exports metrics: `@coppice/otel`, `@coppice/prometheus`. */
import { bystander } from '../engine/emitter.js';
import type { AnySupervisorHandle } from '../engine/handle-types.js';
import type { SupervisorSnapshot } from '../engine/snapshot.js';
import type { Health } from '../health/health-of.js';
import { coppiceError, isCoppiceError } from '../model/errors.js';
import type { SupervisionEvent } from '../model/event.js';
import { checkPort, show } from '../spec/checks.js';
import { Books, type Write } from './books.js';
import { ATTRIBUTES } from './catalogue.js';
import { Labels } from './labels.js';
import { Reading } from './reading.js';

/** How to measure. */
export interface MeasureOptions {
  /**
   * So many different paths at most, a whole number, 1 or more; what comes later is told together as `*`. Children of
   * dynamic supervisors are told together in any case (`shop/sessions/*`). Default: 1,000.
   */
  readonly maxPaths?: number | undefined;
  /**
   * What `supervision.application.ready` goes by: `() => app.health()`, which knows of drains and overrides. Default:
   * `healthOf` the tree.
   */
  readonly health?: (() => Health) | undefined;
}

/** What is told of a stray fault on the channel {@link FAULT_CHANNEL}. */
export interface FaultFacts {
  readonly origin: string;
  readonly attribution: string;
  readonly outcome: 'crash' | 'late' | 'fatal';
  readonly owner: { readonly path: string } | undefined;
}

/** The name of the diagnostics channel on which an application that has its process tells of stray faults. */
export const FAULT_CHANNEL = 'coppice:fault';

/** A tree that is being measured. */
export interface Measured {
  /** Reads what there is to read now. */
  readonly read: (write: Write) => void;
  /** Counts a stray fault, if it is one of this tree, or nobody's. */
  readonly fault: (fault: unknown) => void;
  /** Listens no longer. */
  readonly stop: () => void;
}

/** Counts what happens in a tree, until `stop`. @throws CommandError `COPPICE_INVALID_ARGUMENT` */
export function measure(tree: AnySupervisorHandle, write: Write, options: MeasureOptions = {}): Measured {
  checkPort('the first argument', tree ?? null, ['on', 'off', 'snapshot'], 'instrument');
  const { maxPaths = 1_000, health } = options;
  if (!Number.isSafeInteger(maxPaths) || maxPaths < 1)
    throw invalid('maxPaths: a whole number, 1 or more', maxPaths);
  if (health !== undefined && typeof health !== 'function') throw invalid('health: a function', health);
  const labels = new Labels(maxPaths);
  const books = new Books(write, labels);
  // Only here in full: who starts to measure a tree that runs has to know what is under way.
  const now = snapshotOf(tree, 'list');
  if (now) {
    labels.noteAll(now);
    books.open(now);
  }
  const listener = bystander((event: SupervisionEvent) => books.hear(event));
  tree.on('event', listener);
  return {
    read: (tell) => {
      const snapshot = snapshotOf(tree, 'count');
      if (snapshot) new Reading(tell, labels).read(snapshot, health?.());
    },
    fault: (fault) => {
      const { owner, attribution, origin, outcome } = fault as FaultFacts;
      if (owner && !owner.path.startsWith(`${tree.path}/`)) return;
      write('supervision.faults', 1, {
        ...(owner && { [ATTRIBUTES.child]: labels.of(owner.path) }),
        [ATTRIBUTES.attribution]: attribution,
        [ATTRIBUTES.origin]: origin,
        [ATTRIBUTES.contained]: outcome !== 'fatal',
      });
    },
    stop: () => void tree.off('event', listener),
  };
}

/** A supervisor further down may not be there now: then there is nothing to read. */
function snapshotOf(tree: AnySupervisorHandle, dynamic: 'list' | 'count'): SupervisorSnapshot | undefined {
  try {
    return tree.snapshot({ dynamic });
  } catch (error) {
    if (isCoppiceError(error, 'COPPICE_NOT_RUNNING')) return undefined;
    throw error;
  }
}

const invalid = (expected: string, got: unknown): Error =>
  coppiceError('COPPICE_INVALID_ARGUMENT', { call: 'instrument', expected, got: show(got) });
