import { blockOf, isWithin } from './addresses.ts'
import { arnPattern, filledText, textPattern, type Follows, type Reading } from './templates.ts'

export interface OperatorRow {
  /** Holds where none of the values does. */
  readonly negated?: true
  /** Of one of the policy's values. */
  readonly test: (value: string, variables: boolean) => Follows
  /** Can a value without variables ever be compared? */
  readonly valid: (value: string) => boolean
}

const anything = (): boolean => true

const strings = (reading: Pick<Reading, 'wild' | 'anyCase'>): OperatorRow => ({
  test: (value, variables) => textPattern(value, { ...reading, variables }),
  valid: anything,
})
const arns: OperatorRow = { test: (value, variables) => arnPattern(value, { wild: true, variables }), valid: anything }

/** Both sides are read; what cannot be read is equal to nothing. */
function compared<T>(read: (text: string) => T | undefined, holds: (said: T, wanted: T) => boolean): OperatorRow {
  return {
    valid: value => read(value) !== undefined,
    test(value, variables) {
      const filled = filledText(value, variables)
      const fixed = read(value)
      return (text, facts) => {
        const wanted = fixed ?? readIf(filled(facts), read)
        const said = read(text)
        return wanted !== undefined && said !== undefined && holds(said, wanted)
      }
    },
  }
}

const readIf = <T>(text: string | undefined, read: (text: string) => T | undefined): T | undefined =>
  text === undefined ? undefined : read(text)

const numberOf = (text: string): number | undefined => (/^[+-]?\d{1,30}(?:\.\d{1,30})?$/.test(text) ? Number(text) : undefined)

const datePattern = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}))?$/
/** Milliseconds of a W3C date with or without its time, or of seconds since 1970. */
function dateOf(text: string): number | undefined {
  if (/^\d{1,12}(?:\.\d{1,3})?$/.test(text)) return Number(text) * 1_000
  if (!datePattern.test(text)) return undefined
  try {
    return Temporal.Instant.from(text.length === 10 ? `${text}T00:00:00Z` : text).epochMilliseconds
  } catch {
    return undefined // the 30th of February
  }
}

const truthOf = (text: string): string | undefined => (/^(?:true|false)$/i.test(text) ? text.toLowerCase() : undefined)

function bytesOf(text: string): string | undefined {
  try {
    return Uint8Array.fromBase64(text).toBase64()
  } catch {
    return undefined
  }
}

const same = <T>(said: T, wanted: T): boolean => said === wanted
const orders = {
  Equals: same,
  LessThan: (said: number, wanted: number) => said < wanted,
  LessThanEquals: (said: number, wanted: number) => said <= wanted,
  GreaterThan: (said: number, wanted: number) => said > wanted,
  GreaterThanEquals: (said: number, wanted: number) => said >= wanted,
}

function ordered(name: 'Numeric' | 'Date', read: (text: string) => number | undefined): Record<string, OperatorRow> {
  const rows = Object.entries(orders).map(([order, holds]) => [`${name}${order}`, compared(read, holds)] as const)
  return { ...Object.fromEntries(rows), [`${name}NotEquals`]: not(compared(read, same)) }
}

const not = (row: OperatorRow): OperatorRow => ({ ...row, negated: true })

const addresses: OperatorRow = {
  valid: value => blockOf(value) !== undefined,
  test(value, variables) {
    const filled = filledText(value, variables)
    const fixed = blockOf(value)
    return (text, facts) => {
      const block = fixed ?? readIf(filled(facts), blockOf)
      return block !== undefined && isWithin(text, block)
    }
  },
}

/** Every operator of the language but `Null`, which asks whether there is a value at all (aws-kms.md 4.5). */
const rows: ReadonlyMap<string, OperatorRow> = new Map(
  Object.entries({
    StringEquals: strings({ wild: false }),
    StringNotEquals: not(strings({ wild: false })),
    StringEqualsIgnoreCase: strings({ wild: false, anyCase: true }),
    StringNotEqualsIgnoreCase: not(strings({ wild: false, anyCase: true })),
    StringLike: strings({ wild: true }),
    StringNotLike: not(strings({ wild: true })),
    ...ordered('Numeric', numberOf),
    ...ordered('Date', dateOf),
    Bool: compared(truthOf, same),
    BinaryEquals: compared(bytesOf, same),
    IpAddress: addresses,
    NotIpAddress: not(addresses),
    ArnEquals: arns,
    ArnLike: arns,
    ArnNotEquals: not(arns),
    ArnNotLike: not(arns),
    Null: compared(truthOf, same),
  }),
)

export interface Operator {
  readonly name: string
  readonly row: OperatorRow
  /** Of several values of the request: one of them, or all. */
  readonly set?: 'any' | 'all'
  readonly ifExists: boolean
}

/** Takes an operator as it is written apart: `ForAnyValue:StringLikeIfExists`. */
export function operatorOf(written: string): Operator | undefined {
  const [, set, base = '', suffix] = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/.exec(written) ?? []
  const row = rows.get(base)
  // `Null` asks for existence itself.
  if (row === undefined || (base === 'Null' && suffix !== undefined)) return undefined
  return { name: base, row, ...(set !== undefined && { set: set === 'ForAnyValue' ? 'any' : 'all' }), ifExists: suffix !== undefined }
}
