/** What every command is given: its options and arguments as commander read them. */
export interface Invocation {
  readonly options: Readonly<Record<string, unknown>>
  readonly arguments: readonly string[]
}

/** Answers the exit code. */
export type Run = (invocation: Invocation) => Promise<number>

/** An option that may be given several times. */
export const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter(one => typeof one === 'string') : [])

/** An option that was given, with something in it. */
export const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
