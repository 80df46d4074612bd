/** A sample that nobody has seen before: scenarios by chance, played by OTP and by us. */
import { seededRandom } from 'coppice';
import { compare } from './compare.js';
import { askOtp, otpVersion } from './otp/otp.js';
import { randomQuestion } from './otp/random-scenario.js';
import { show } from './show.js';

export interface Sample {
  readonly agree: number;
  /** Each as a person reads it. */
  readonly differences: readonly string[];
  /** Like `OTP 25`. */
  readonly version: string;
}

/** Undefined where no Erlang is installed. */
export async function freshSample(count: number, seed: number): Promise<Sample | undefined> {
  const version = otpVersion();
  if (version === undefined) return undefined;
  const random = seededRandom(seed);
  const questions = Array.from({ length: count }, (_, i) => randomQuestion(random, `fresh-${seed}-${i + 1}`));
  const differences: string[] = [];
  for (const scenario of askOtp(questions)) {
    const difference = await compare(scenario);
    if (difference) differences.push(show(difference));
  }
  return { agree: count - differences.length, differences, version };
}
