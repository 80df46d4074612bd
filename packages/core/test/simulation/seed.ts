/** Where a run's chance comes from: a new seed each time, unless SEED says which. */
export const FIXED_SEED = 20_251_117;

const given = process.env['SEED'];

export const SEED = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);

/** How many steps of the model a normal run takes, at least, with a fixed seed; with a new one a fifth of that. */
export const FIXED_STEPS = 1_000_000;

/** STEPS overrides it. */
export const STEPS = Number(process.env['STEPS'] ?? FIXED_STEPS / 5);
