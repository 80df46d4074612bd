/** What a run was made on. */
import { cpus, totalmem } from 'node:os';
import { countsProcessorTime } from '../clock.js';

export interface Machine {
  readonly machine: string;
  readonly node: string;
  /** Like `OTP 25`, if there is one. */
  readonly otp: string | undefined;
  readonly date: string;
  /** What was counted, if it is not the time that passed. */
  readonly clock?: string;
}

export function describeMachine(otp: string | undefined): Machine {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? 'unknown processor';
  return {
    machine: `${model}, ${cores.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: `Node ${process.version}`,
    ...(countsProcessorTime() && { clock: 'processor time' }),
    otp,
    date: new Date().toISOString().slice(0, 10),
  };
}
