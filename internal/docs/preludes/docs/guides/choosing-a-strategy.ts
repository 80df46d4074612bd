import { task } from 'coppice';

export const prices = task({ id: 'prices', run: ({ sleep }) => sleep(1_000) });
export const weather = task({ id: 'weather', run: ({ sleep }) => sleep(1_000) });
