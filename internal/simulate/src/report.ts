/** What the command prints of a campaign. */
import type { Campaign } from '../../../packages/core/test/simulation/campaign/campaign.js';
import { inThousands } from '../../../packages/core/test/simulation/campaign/census.js';

const DAY_MS = 86_400_000;

/** `cpuMs`: processor time, which does not depend on what else the machine is at. */
export function reportOf({ seed, steps, done, scripts, census }: Campaign, cpuMs: number): string {
  const seconds = cpuMs / 1_000;
  const [inAll, ofModel, ofEngine] = [steps, done.model, done.engine].map(inThousands);
  return [
    ...census.lines(),
    '',
    `seed ${seed}: ${inAll} steps`,
    `  ${ofModel} of the model, in ${inThousands(scripts.model)} trees`,
    `  ${ofEngine} of the engine, in ${inThousands(scripts.engine)} trees, each before four audiences`,
    `  ${inThousands(census.simulatedMs / DAY_MS)} simulated days`,
    `  ${seconds.toFixed(1)} s of processor time, ${inThousands(steps / seconds)} steps a second`,
  ].join('\n');
}
