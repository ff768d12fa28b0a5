import { styleText } from 'node:util'

/** What a command tells on failure: what happened, why, what to type next (people.md 5.1). */
export interface Failure {
  readonly exit: number
  readonly code: string
  readonly message: string
  readonly because?: string
  readonly next?: readonly string[]
}

export class CommandFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

export const exits = {
  good: 0,
  bad: 1,
  unknown: 2,
  usage: 3,
  unreachable: 4,
  denied: 5,
  missing: 6,
  conflict: 7,
  notReady: 8,
  busy: 9,
  interrupted: 130,
} as const

/** The answer and nothing else goes to stdout. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`)
export const printJson = (value: unknown): void => print(JSON.stringify(value))
export const note = (text: string): void => void process.stderr.write(`${text}\n`)

const coloured = process.stderr.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb'

export function tell(failure: Failure, json: boolean): void {
  if (json) {
    const { code, message, because, next = [] } = failure
    process.stderr.write(`${JSON.stringify({ error: { code, message, cause: because, next } })}\n`)
    return
  }
  const cross = coloured ? styleText('red', '✗') : '✗'
  const lines = [`${cross} ${failure.message}`]
  if (failure.because !== undefined) lines.push(`  because ${failure.because}`)
  for (const command of failure.next ?? []) lines.push(`  next: ${command}`)
  lines.push(`  code ${failure.code}`)
  process.stderr.write(`${lines.join('\n')}\n`)
}

/** Aligned columns, no borders. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(most[at] ?? 0, cell.length)), [])
  return rows.map(row => row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  ')).join('\n')
}
