/** Requests for tests, each over a connection of its own. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export async function ask(url: string, post?: object): Promise<Answer> {
  const response = await fetch(url, {
    headers: { connection: 'close', 'content-type': 'application/json' },
    ...(post && { method: 'POST', body: JSON.stringify(post) }),
  });
  return { status: response.status, body: await response.json() };
}
