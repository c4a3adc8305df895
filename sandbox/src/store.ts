import type { Project, User } from './schemas.ts';
import { Collection, type Journal } from './collection.ts';
import type { DeliveryRecord, EndpointRecord } from './webhooks/records.ts';

/** A user as the store keeps it. */
export interface UserRecord extends User {
  /** Absent for a user that was put in without a password. */
  readonly passwordHash?: string | undefined;
}

/** A project as the store keeps and the API returns it. */
export interface ProjectRecord extends Project {
  /** What `GET /projects?status=` filters by. */
  status: string;
}

/** A token that the API accepts. The token itself is not kept. */
export interface TokenRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token, in hex. */
  readonly hash: string;
  /** The token's last characters, to tell one from another. */
  readonly hint: string;
  readonly created_at: string;
}

/** The first answer to a request with an `Idempotency-Key`. */
export interface AnswerRecord {
  /** Token and key. */
  readonly id: string;
  /** Hash of the request's body. */
  readonly fingerprint: string;
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly savedAt: number;
}

interface SequenceRecord {
  readonly id: string;
  readonly last: number;
}

/** Everything the local API remembers. All reads are from memory; a journal makes it outlive the process. */
export class Store {
  readonly users: Collection<UserRecord>;
  readonly projects: Collection<ProjectRecord>;
  readonly tokens: Collection<TokenRecord>;
  readonly answers: Collection<AnswerRecord>;
  readonly endpoints: Collection<EndpointRecord>;
  readonly deliveries: Collection<DeliveryRecord>;
  readonly #sequences: Collection<SequenceRecord>;
  readonly #journal: Journal | undefined;

  constructor(journal?: Journal) {
    this.#journal = journal;
    this.users = new Collection('user', journal, (user) => emailKey(user.email));
    this.projects = new Collection('project', journal);
    this.tokens = new Collection('token', journal, (token) => token.hash);
    this.answers = new Collection('answer', journal);
    this.endpoints = new Collection('endpoint', journal);
    this.deliveries = new Collection('delivery', journal);
    this.#sequences = new Collection('sequence', journal);
  }

  get #collections() {
    const { users, projects, tokens, answers, endpoints, deliveries } = this;
    return [users, projects, tokens, answers, endpoints, deliveries, this.#sequences];
  }

  /** Does the work if it was not done in this store before. */
  once(name: string, work: () => void): void {
    if (this.#sequences.get(name) !== undefined) return;
    this.transaction(() => {
      this.#sequences.put({ id: name, last: 1 });
      work();
    });
  }

  /** All changes made during `work` last together, or not at all. */
  transaction<T>(work: () => T): T {
    return this.#journal === undefined ? work() : this.#journal.transaction(work);
  }

  /** `user_123`, `user_124`, …: the first id is the reference's. */
  nextId(prefix: string): string {
    const last = (this.#sequences.get(prefix)?.last ?? 122) + 1;
    this.#sequences.put({ id: prefix, last });
    return `${prefix}_${last}`;
  }

  close(): void {
    this.#journal?.close();
  }

  clear(): void {
    this.transaction(() => {
      for (const collection of this.#collections) collection.clear();
    });
  }
}

/** Two emails that differ in case alone belong to one person. */
export function emailKey(email: string): string {
  return email.toLowerCase();
}
