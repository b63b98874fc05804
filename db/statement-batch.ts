import pg from 'pg';

/** A prepared statement of this name and text, and the values of its parameters. */
export type Statement = { readonly name: string; readonly text: string; readonly values: unknown[] };

type Answered = (error: Error | null, results?: readonly pg.QueryResult[]) => void;

/**
 * Several statements that go to the server at once, each with its own result. They are one transaction: after an error
 * none of them has an effect (PostgreSQL documentation, 55.2.4). `client.query` takes it, like the query of pg-cursor,
 * and calls it for each message of the server.
 */
export class StatementBatch implements pg.Submittable {
  callback: Answered; // pg wraps it, to limit the time
  readonly #queries: readonly ServerQuery[];
  readonly #results: pg.QueryResult[] = [];
  #answered = 0;

  constructor(statements: readonly Statement[], callback: Answered) {
    this.callback = callback;
    const keep = (_: Error | undefined, result: pg.QueryResult) => this.#results.push(result);
    this.#queries = statements.map((statement) => Object(new pg.Query(statement, keep)));
  }

  /** The client remembers by name and text which statements the server has parsed. */
  get name() {
    return this.#queries[this.#answered]?.name;
  }

  get text() {
    return this.#queries[this.#answered]?.text;
  }

  readonly submit = (connection: pg.Connection) => {
    const withoutSync = Object.create(connection, { sync: { value: () => {} } }); // a sync ends the transaction
    connection.stream.cork();
    for (const query of this.#queries) query.submit(withoutSync);
    connection.sync();
    connection.stream.uncork();
  };

  handleRowDescription(message: unknown): void {
    this.#queries[this.#answered]?.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.#queries[this.#answered]?.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, connection: pg.Connection): void {
    this.#queries[this.#answered]?.handleCommandComplete(message, connection);
    this.#answered += 1;
  }

  /** Of the server or of the connection. */
  handleError(error: Error, connection: Preparing): void {
    for (const { name } of this.#queries) delete connection.submittedNamedStatements[name]; // not parsed
    this.callback(error);
  }

  /** The transaction is committed. */
  handleReadyForQuery(connection: pg.Connection): void {
    for (const query of this.#queries) query.handleReadyForQuery(connection);
    this.callback(null, this.#results);
  }
}

/** What the types of pg leave out. */
type ServerQuery = Required<Pick<Statement, 'name' | 'text'>> & {
  readonly submit: (connection: pg.Connection) => void;
  readonly handleRowDescription: (message: unknown) => void;
  readonly handleDataRow: (message: unknown) => void;
  readonly handleCommandComplete: (message: unknown, connection: pg.Connection) => void;
  readonly handleReadyForQuery: (connection: pg.Connection) => void;
};
type Preparing = { readonly submittedNamedStatements: Record<string, string> };
