/** One JSON line on stderr each; `event` is a fixed word. Never a body, a token, a secret (people.md 8). */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, string | number | boolean | undefined>>): void
  warn(event: string, fields?: Readonly<Record<string, string | number | boolean | undefined>>): void
  /** Bugs: the text of `cause` stays here. */
  error(event: string, cause: unknown, fields?: Readonly<Record<string, string | number | boolean | undefined>>): void
}
