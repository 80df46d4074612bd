/** Fault domains: faults that go astray, whose they are, and what becomes of them. */
export { CURRENT_OWNER } from './context.js';
export { FaultDomain, type FaultDomainOptions } from './domain.js';
export type { Fault } from './fault.js';
export { type FaultPolicy, defaultFaultPolicy } from './policy.js';
export type { FaultEvent, FaultListener, FaultSource } from './source.js';
