export * from '@coppice/core';
