/** What every command is given: its options and arguments as commander read them. */
export interface Invocation {
  readonly options: Readonly<Record<string, unknown>>
  readonly arguments: readonly string[]
}

/** Answers the exit code. */
export type Run = (invocation: Invocation) => Promise<number>

/** An option that was given, with something in it. */
export const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
