/** For those who gave no logger: that a child has failed, what becomes of it, and that it is up again. */
import {
  type EventName,
  type EventOf,
  type SupervisionEvent,
  type SupervisorTree,
  fromWire,
} from '@coppice/core';

/** What is told of a child: an error, what was decided, or that it is up. */
export type ChildNews =
  | { readonly name: 'child-failed'; readonly what: string; readonly err: unknown }
  | { readonly name: 'child-down' | 'child-up'; readonly what: string };

/** Tells until the function is called that this returns. */
export function tellOfChildren(
  tree: SupervisorTree,
  tell: (path: string, news: ChildNews) => void,
): () => void {
  const heard = (event: SupervisionEvent): void => {
    const news = (NEWS as Partial<Record<EventName, News>>)[event.type]?.(event as never);
    if (news) tell(event.path, news);
  };
  const names = Object.keys(NEWS) as (keyof typeof NEWS)[];
  for (const name of names) tree.on(name, heard);
  return () => names.forEach((name) => tree.off(name, heard));
}

type News = (event: never) => ChildNews | undefined;

const failed = (what: string, error: EventOf<'child:crashed'>['error']): ChildNews => ({
  name: 'child-failed',
  what,
  err: fromWire(error),
});
const down = (what: string): ChildNews => ({ name: 'child-down', what });

const GIVEN_UP = {
  park: 'is parked, and stays down until it is started or revived',
  'keep-trying': 'is past its limit, and tried again at its longest delay',
} as const;

/** A task that was meant to run on and is over so soon has probably not waited for its work. */
const SOON_MS = 5_000;

const NEWS = {
  'child:crashed': ({ error }: EventOf<'child:crashed'>) => failed('crashed', error),
  'child:start-failed': ({ error }: EventOf<'child:start-failed'>) => failed('failed to start', error),
  'child:stopped': ({ reason }: EventOf<'child:stopped'>) =>
    reason.kind === 'crash' ? failed('failed while it stopped', reason.error) : undefined,
  'child:classify-failed': ({ error }: EventOf<'child:classify-failed'>) =>
    failed('has a classify that failed', error),
  'child:gave-up': ({ giveUp, error }: EventOf<'child:gave-up'>) =>
    giveUp === 'park' || giveUp === 'keep-trying' ? failed(GIVEN_UP[giveUp], error) : undefined, // the end of its supervisor, or of all, is told when it comes
  'child:completed': ({ kind, restart, reason, uptimeMs }: EventOf<'child:completed'>) =>
    kind === 'task' && restart === 'permanent' && reason.kind === 'normal' && uptimeMs < SOON_MS
      ? down(
          `completed after ${Math.round(uptimeMs)} ms, though it is permanent: was an await forgotten in its run? ` +
            "If it may end, give it restart: 'transient'",
        )
      : undefined,
  'child:restarting': ({ because, delayMs, budget }: EventOf<'child:restarting'>) => {
    // With a delay that is said when it begins; what somebody has asked for is no news.
    if (delayMs > 0 || !['exit', 'start-failed', 'revive'].includes(because)) return undefined;
    const { used, max, withinMs } = budget;
    return down(
      `is started again${max === null ? '' : ` (restart ${used} of ${max} within ${withinMs / 1_000} s)`}`,
    );
  },
  'child:backing-off': ({ delayMs, failures }: EventOf<'child:backing-off'>) =>
    down(
      `is started again in ${Math.round(delayMs)} ms${failures > 1 ? ` (${failures} failures in a row)` : ''}`,
    ),
  'child:waiting': ({ waitsFor }: EventOf<'child:waiting'>) => down(`is down as long as ${waitsFor} is`),
  'child:not-restarted': ({ because, reason }: EventOf<'child:not-restarted'>) =>
    reason.kind === 'crash' && STAYS_DOWN[because] !== undefined
      ? down(`is not started again: ${STAYS_DOWN[because]}`)
      : undefined,
  'child:started': ({ incarnation }: EventOf<'child:started'>): ChildNews | undefined =>
    incarnation > 1 ? { name: 'child-up', what: `is up, as incarnation ${incarnation}` } : undefined,
} satisfies { readonly [N in EventName]?: (event: EventOf<N>) => ChildNews | undefined };

/** Of one that has crashed; that all is stopped is said elsewhere. */
const STAYS_DOWN: Readonly<Partial<Record<EventOf<'child:not-restarted'>['because'], string>>> = {
  temporary: 'it is temporary',
  paused: 'its restarts are paused',
};
