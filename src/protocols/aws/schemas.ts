import type { Bytes, Millis } from '#model/brands.ts'
import { millis } from '#model/brands.ts'
import { missing, mistyped, violate, type Hearing, type OptionalShape, type Shape, type Shaped } from './shape.ts'

// The simple types of the services' models, and what they say of values outside their bounds. A wire puts its members together from these.

interface Bounds {
  readonly min?: number
  readonly max?: number
}

const lengthRule = (length: number, { min = 0, max = Number.POSITIVE_INFINITY }: Bounds): string | undefined =>
  length > max ? `have length less than or equal to ${max}` : length < min ? `have length greater than or equal to ${min}` : undefined

/** A service's model has its patterns as texts, shows them so, and means the whole value. */
export type Pattern = RegExp | string
const wholly = (pattern: Pattern): RegExp => (typeof pattern === 'string' ? new RegExp(`^(?:${pattern})$`) : pattern)

/** Characters are those of UTF-16, as the services count. `secret`: never shown in a refusal. */
export function text(rules: Bounds & { readonly pattern?: Pattern; readonly secret?: true } = {}): Shape<string> {
  const { pattern = '' } = rules
  const whole = pattern === '' ? undefined : wholly(pattern)
  const unlike = `satisfy regular expression pattern: ${typeof pattern === 'string' ? pattern : pattern.source}`
  return {
    read(value, at, hearing) {
      if (typeof value !== 'string') return mistyped(value, 'a String')
      const fits = whole === undefined || whole.test(value)
      const broken = [lengthRule(value.length, rules), fits ? undefined : unlike].filter(must => must !== undefined)
      for (const must of broken) violate(hearing, at, { ...(rules.secret !== true && { shown: value }), must })
      return broken.length === 0 ? value : undefined
    },
  }
}

/** Of the services that have one model of tags: IAM and STS. */
export const tagKey = text({ min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u })
export const tagValue = text({ max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u })

export const enumOf = <const V extends string>(values: readonly V[]): Shape<V> => ({
  read(value, at, hearing) {
    if (typeof value !== 'string') return mistyped(value, 'a String')
    return (
      values.find(one => one === value) ?? violate(hearing, at, { shown: value, must: `satisfy enum value set: [${values.join(', ')}]` })
    )
  },
})

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Standard base64 with its padding. A refusal shows, as the services do, how long it is and no byte of it. */
export const blob = (bounds: Bounds = {}): Shape<Bytes> => ({
  read(value, at, hearing) {
    if (typeof value !== 'string' || !base64.test(value)) return mistyped(value, 'a Blob')
    const bytes = Buffer.from(value, 'base64')
    const must = lengthRule(bytes.length, bounds)
    const shown = `java.nio.HeapByteBuffer[pos=0 lim=${bytes.length} cap=${bytes.length}]`
    return must === undefined ? bytes : violate(hearing, at, { shown, must })
  },
})

export const integer = ({ min = -2_147_483_648, max = 2_147_483_647 }: Bounds = {}): Shape<number> => ({
  read(value, at, hearing) {
    const number = hearing.textual && typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value
    if (typeof number !== 'number' || !Number.isInteger(number)) return mistyped(value, 'an Integer')
    if (number > max) return violate(hearing, at, { shown: number.toString(), must: `have value less than or equal to ${max}` })
    return number < min ? violate(hearing, at, { shown: number.toString(), must: `have value greater than or equal to ${min}` }) : number
  },
})

export const flag: Shape<boolean> = {
  read(value, _at, { textual }) {
    if (textual && (value === 'true' || value === 'false')) return value === 'true'
    return typeof value === 'boolean' ? value : mistyped(value, 'a Boolean')
  },
}

/** Epoch seconds with up to three decimals; in forms ISO 8601. */
export const timestamp: Shape<Millis> = {
  read(value, _at, { textual }) {
    if (textual && typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value))
      return millis(Temporal.Instant.from(value).epochMilliseconds)
    const isTime = typeof value === 'number' && Math.abs(value) < secondsMax
    return isTime ? millis(Math.round(value * 1000)) : mistyped(value, 'a Timestamp')
  },
}
/** Until the year 10000. */
const secondsMax = 253_402_300_800

/** Members are counted from one. In forms `member.1` and, as the older services have it, `1`. */
export const list = <T>(of: Shape<T>, bounds: Bounds = {}): Shape<readonly T[]> => ({
  read(value, at, hearing) {
    const given = hearing.textual ? listInForm(value) : value
    if (!Array.isArray(given)) return mistyped(given, 'a List')
    const must = lengthRule(given.length, bounds)
    if (must !== undefined) return violate(hearing, at, { ...(given.length === 0 && { shown: '[]' }), must })
    const members: readonly unknown[] = given
    const read = members.map((member, index) => readMember(of, { value: member, at: `${at}.${index + 1}.member` }, hearing))
    const whole = read.filter(member => member !== undefined)
    return whole.length === read.length ? whole : undefined
  },
})

function listInForm(value: unknown): unknown {
  if (value === '') return []
  if (!(value instanceof Map)) return value
  const entries: ReadonlyMap<unknown, unknown> = value
  const numbered = entries.get('member') ?? entries
  if (!(numbered instanceof Map)) return numbered
  const members: ReadonlyMap<unknown, unknown> = numbered
  const order = [...members.keys()].map(Number)
  if (order.some(index => !Number.isInteger(index))) return value
  return order.sort((one, other) => one - other).map(index => members.get(index.toString()))
}

/** Names to texts, in the order that they came: numbers and flags are taken as what they look like (aws-kms.md 2.1). */
export const textMap: Shape<ReadonlyMap<string, string>> = {
  read(value, at, hearing) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Map) return mistyped(value, 'a Map')
    const read = new Map<string, string>()
    for (const [name, member] of Object.entries(value)) {
      const plain: unknown = member
      if (typeof plain === 'string') read.set(name, plain)
      else if (typeof plain === 'number' || typeof plain === 'boolean') read.set(name, plain.toString())
      else if (plain === null) return missing(hearing, `${at}.${name}.member`)
      else return mistyped(plain, 'a String')
    }
    return read
  },
}

/** A member that may be absent; `null` is as good. */
export const optional = <T>(of: Shape<T>): OptionalShape<T> => ({
  read: (value, at, hearing) => of.read(value, at, hearing),
  optional: true,
})

type Members = Readonly<Record<string, Shape<unknown>>>
type Required<M extends Members> = { readonly [N in keyof M as M[N] extends OptionalShape<unknown> ? never : N]: Shaped<M[N]> }
type Maybe<M extends Members> = { readonly [N in keyof M as M[N] extends OptionalShape<unknown> ? N : never]?: Shaped<M[N]> }
type Structure<M extends Members> = Required<M> & Maybe<M>

/** Members by their names on the wire; others are dropped, as the services drop what they do not know. */
export function structure<M extends Members>(members: M): Shape<Structure<M>> {
  const named = Object.entries(members).map(([name, shape]) => ({ name, shape, place: name.slice(0, 1).toLowerCase() + name.slice(1) }))
  return {
    read(value, at, hearing) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return mistyped(value, 'a Structure')
      const before = hearing.violations.length
      const read: Record<string, unknown> = {}
      for (const { name, shape, place } of named) {
        const given: unknown = value instanceof Map ? value.get(name) : Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
        const member = readMember(shape, { value: given, at: at === '' ? place : `${at}.${place}` }, hearing)
        if (member !== undefined) read[name] = member
      }
      return hearing.violations.length === before ? (read as Structure<M>) : undefined // oxlint-disable-line typescript/no-unsafe-type-assertion -- each member was read by the shape of its name
    },
  }
}

function readMember<T>(shape: Shape<T>, given: { readonly value: unknown; readonly at: string }, hearing: Hearing): T | undefined {
  const { value, at } = given
  if (value !== undefined && value !== null) return shape.read(value, at, hearing)
  if (shape.optional === true) return undefined
  return missing(hearing, at)
}
