/**
 * A broker as far as this example needs one: one topic, one group, in this process. There is no network, and nothing is
 * kept when the process ends. Its two classes are what Kafka and its client would be.
 */
import { EventEmitter, once } from 'node:events';

export interface Message {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

interface Partition {
  readonly values: string[];
  /** Whoever begins to read begins here. */
  committed: number;
}

export class FakeBroker extends EventEmitter<{ published: [] }> {
  readonly #partitions = new Map<number, Partition>();
  readonly #connections = new Set<Connection>();
  #assigned: readonly number[];

  constructor(assigned: readonly number[]) {
    super();
    this.setMaxListeners(0); // each consumer that waits is one
    this.#assigned = assigned;
  }

  get assigned(): readonly number[] {
    return this.#assigned;
  }

  async connect(): Promise<Connection> {
    const connection = new Connection(this, () => this.#connections.delete(connection));
    this.#connections.add(connection);
    return connection;
  }

  publish(partition: number, value: string): void {
    this.partition(partition).values.push(value);
    this.emit('published');
  }

  /** Others have come or gone: from now on these partitions are ours. */
  rebalance(assigned: readonly number[]): void {
    this.#assigned = assigned;
    for (const connection of this.#connections) connection.emit('rebalanced', assigned);
  }

  /** The network blinks: all connections are lost, and new ones can be made. */
  drop(): void {
    for (const connection of Array.from(this.#connections)) {
      connection.close();
      connection.emit('error', new Error('the connection to the broker is lost'));
    }
  }

  partition(number: number): Partition {
    let partition = this.#partitions.get(number);
    if (!partition) this.#partitions.set(number, (partition = { values: [], committed: 0 }));
    return partition;
  }
}

/** A connection, which is a member of the group. */
export class Connection extends EventEmitter<{ error: [Error]; rebalanced: [readonly number[]] }> {
  readonly #broker: FakeBroker;
  readonly #onClose: () => void;
  #isOpen = true;

  constructor(broker: FakeBroker, onClose: () => void) {
    super();
    this.#broker = broker;
    this.#onClose = onClose;
  }

  /** The partitions that are ours now. */
  get assigned(): readonly number[] {
    return this.#broker.assigned;
  }

  /** From the first message that is not acknowledged, in order, for ever. */
  async *messages(partition: number, signal: AbortSignal): AsyncGenerator<Message> {
    const { values, committed } = this.#broker.partition(partition);
    for (let offset = committed; ; offset++) {
      while (offset >= values.length) await once(this.#broker, 'published', { signal });
      this.#check();
      yield { partition, offset, value: values[offset]! };
    }
  }

  async ack({ partition, offset }: Message): Promise<void> {
    this.#check();
    this.#broker.partition(partition).committed = offset + 1;
  }

  close(): void {
    this.#isOpen = false;
    this.#onClose();
  }

  #check(): void {
    if (!this.#isOpen) throw new Error('this connection is closed');
  }
}
