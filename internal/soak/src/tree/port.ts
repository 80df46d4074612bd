/** Where the server listens: whoever starts the application says so. */
export const PORT = 'SOAK_PORT';

export function portOf(env: NodeJS.ProcessEnv): number {
  const port = Number(env[PORT]);
  if (Number.isInteger(port) && port > 0) return port;
  throw new Error(`${PORT} has to be a port, not '${env[PORT]}'`);
}
