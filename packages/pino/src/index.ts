// Placeholder until the package is written.
export type {} from '@coppice/core';
