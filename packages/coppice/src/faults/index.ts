/** Fault domains: faults that go astray, whose they are, and what becomes of them. */
export { CURRENT_OWNER } from './context.js';
export { FaultDomain } from './domain.js';
export { FAULT_OPTIONS, type FaultDomainOptions, type FaultOptions, wrongFaultOption } from './options.js';
export type { Fault } from './fault.js';
export { FAULT_POLICIES, type FaultPolicy, defaultFaultPolicy } from './policy.js';
export type { FaultEvent, FaultListener, FaultSource } from './source.js';
