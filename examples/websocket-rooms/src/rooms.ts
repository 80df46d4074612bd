/** Who is in which room: a registry, in which each connection is an entry under the name of its room. */
import { registry } from 'coppice';

export interface Member {
  readonly send: (message: string) => void;
}

/** An entry is gone in the moment in which its connection has failed: nobody cleans up, and nobody sends to the dead. */
export const rooms = registry<Member>({ id: 'rooms', keys: 'duplicate' });
