/** Within so many milliseconds after the signal all has to be down. */
export const SHUTDOWN_MS = 10_000;
