import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { isUseless, nameOf } from './resilient-client.ts';
import { type Statement, StatementBatch } from './statement-batch.ts';

const mostTogether = 16;
/** A batch that takes longer, because of a locked row or a slow server, does not hold up the next one. */
const patienceMs = 200;
/** How long a batch waits for a row that another transaction has locked. */
const lockTimeout = statementOf(`select set_config('lock_timeout', $1, true)`, ['200ms']);

type Queued = {
  readonly statement: Statement;
  readonly resolve: (result: pg.QueryResult) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Sends the statements of concurrent requests together: in one message, and in one transaction. Message and commit are
 * about half of the cost of a short statement. A statement that arrives alone is sent at once. Statements that arrive
 * while it runs are sent together after it.
 *
 * A request does not notice the others. If one statement fails or waits too long for a lock, the transaction has no
 * effect, and each statement is sent again alone.
 *
 * For Kysely it is a pool. It borrows the connections of the given one.
 */
export class Pipeline implements PostgresPool {
  readonly options = {};
  readonly #pool: pg.Pool;
  readonly #waiting: Queued[] = [];
  #isBusy = false;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async connect(): Promise<PostgresPoolClient> {
    const query = (text: string, values: readonly unknown[]) => this.#enqueue(text, values);
    return Object({ query, release: () => {} });
  }

  async end(): Promise<void> {} // the given pool belongs to another

  /** Throws an Error for a text without values, such as `begin`, which would include the statements of others. */
  #enqueue(text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    if (values.length === 0) throw new Error('A pipeline takes single statements with values.');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ statement: statementOf(text, values), resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#isBusy || this.#waiting.length === 0) return;
    this.#isBusy = true;
    let isCurrent = true;
    const goOn = () => {
      if (!isCurrent) return;
      isCurrent = false;
      this.#isBusy = false;
      this.#next();
    };
    const timer = setTimeout(goOn, patienceMs);
    void this.#send(this.#waiting.splice(0, mostTogether)).finally(() => {
      clearTimeout(timer);
      goOn();
    });
  }

  async #send(all: readonly Queued[]): Promise<void> {
    const eachAlone = () =>
      Promise.all(all.map(({ statement, resolve, reject }) => this.#alone(statement).then(resolve, reject)));
    if (all.length === 1) return void (await eachAlone());
    try {
      const results = await this.#together(all.map(({ statement }) => statement));
      for (const [at, { resolve, reject }] of all.entries()) {
        const result = results[at];
        if (result) resolve(result);
        else reject(new Error('A statement of a batch has no result.'));
      }
    } catch (error) {
      if (error instanceof pg.DatabaseError) void eachAlone();
      else for (const { reject } of all) reject(error); // the connection is lost: nobody knows if the server committed
    }
  }

  async #alone({ text, values }: Statement): Promise<pg.QueryResult> {
    const client = await this.#pool.connect();
    try {
      return await client.query(text, values);
    } finally {
      client.release();
    }
  }

  async #together(statements: readonly Statement[]): Promise<readonly pg.QueryResult[]> {
    const client = await this.#pool.connect();
    try {
      const [, ...results] = await new Promise<readonly pg.QueryResult[]>((resolve, reject) => {
        client.query(
          new StatementBatch([lockTimeout, ...statements], (error, all = []) =>
            error ? reject(error) : resolve(all),
          ),
        );
      });
      client.release();
      return results;
    } catch (error) {
      client.release(!(error instanceof pg.DatabaseError) || isUseless(error));
      throw error;
    }
  }
}

function statementOf(text: string, values: readonly unknown[]): Statement {
  return { name: nameOf(text), text, values: [...values] };
}
