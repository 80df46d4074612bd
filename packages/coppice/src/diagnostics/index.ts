/** What happens in a tree, on the channels of `node:diagnostics_channel`: for those who watch a process from inside. */
export { diagnosticsSink } from './sink.js';
export { CHILD_START, CHILD_STOP, EVENT_CHANNEL, type ChildTrace } from './channels.js';
