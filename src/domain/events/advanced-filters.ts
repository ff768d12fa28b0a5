import { z } from 'zod'
import type { VaultEvent } from './vault-event.ts'

const key = z.string('must be a string').min(1, 'must not be empty').max(256, 'has at most 256 characters')
const texts = z.array(z.string('must be a string').max(512, 'has at most 512 characters')).min(1, 'must not be empty')
const numbers = z.array(z.number('must be a number')).min(1, 'must not be empty')
const ranges = z.array(z.tuple([z.number(), z.number()], 'must be two numbers')).min(1, 'must not be empty')

const withTexts = <const O extends string>(operatorType: O) => z.object({ operatorType: z.literal(operatorType), key, values: texts })
const withNumbers = <const O extends string>(operatorType: O) => z.object({ operatorType: z.literal(operatorType), key, values: numbers })
const withRanges = <const O extends string>(operatorType: O) => z.object({ operatorType: z.literal(operatorType), key, values: ranges })
const withNumber = <const O extends string>(operatorType: O) =>
  z.object({ operatorType: z.literal(operatorType), key, value: z.number('must be a number') })

/** Event Grid's operators, all of them, as a subscription names them. */
export const advancedFilter = z.discriminatedUnion('operatorType', [
  withTexts('StringIn'),
  withTexts('StringNotIn'),
  withTexts('StringContains'),
  withTexts('StringNotContains'),
  withTexts('StringBeginsWith'),
  withTexts('StringNotBeginsWith'),
  withTexts('StringEndsWith'),
  withTexts('StringNotEndsWith'),
  withNumbers('NumberIn'),
  withNumbers('NumberNotIn'),
  withRanges('NumberInRange'),
  withRanges('NumberNotInRange'),
  withNumber('NumberLessThan'),
  withNumber('NumberLessThanOrEquals'),
  withNumber('NumberGreaterThan'),
  withNumber('NumberGreaterThanOrEquals'),
  z.object({ operatorType: z.literal('BoolEquals'), key, value: z.boolean('must be true or false') }),
  z.object({ operatorType: z.literal('IsNullOrUndefined'), key }),
  z.object({ operatorType: z.literal('IsNotNull'), key }),
])
export type AdvancedFilter = z.output<typeof advancedFilter>

type Value = string | number | null | undefined
/** Does the value of the event stand to one value of the filter as the operator says? Texts come in lower case. */
type Relation = (value: string | number, wanted: string | number | readonly [number, number]) => boolean

const texted =
  (relation: (value: string, wanted: string) => boolean): Relation =>
  (value, wanted) =>
    typeof value === 'string' && typeof wanted === 'string' && relation(value, wanted)
const numbered =
  (relation: (value: number, wanted: number) => boolean): Relation =>
  (value, wanted) =>
    typeof value === 'number' && typeof wanted === 'number' && relation(value, wanted)
const inRange: Relation = (value, wanted) =>
  typeof value === 'number' && typeof wanted === 'object' && value >= wanted[0] && value <= wanted[1]

/** One of the filter's values is enough; `Not…` holds where none is, of what is absent or of another type too. */
const relations: Readonly<Record<string, Relation>> = {
  StringIn: texted((value, wanted) => value === wanted),
  StringContains: texted((value, wanted) => value.includes(wanted)),
  StringBeginsWith: texted((value, wanted) => value.startsWith(wanted)),
  StringEndsWith: texted((value, wanted) => value.endsWith(wanted)),
  NumberIn: numbered((value, wanted) => value === wanted),
  NumberInRange: inRange,
  NumberLessThan: numbered((value, wanted) => value < wanted),
  NumberLessThanOrEquals: numbered((value, wanted) => value <= wanted),
  NumberGreaterThan: numbered((value, wanted) => value > wanted),
  NumberGreaterThanOrEquals: numbered((value, wanted) => value >= wanted),
}

/** Does the event pass? Keys and texts compare without case; nothing that a vault tells is a truth value or a list. */
export function passes(filter: AdvancedFilter, event: VaultEvent): boolean {
  const value = valueAt(event, filter.key)
  const isThere = value !== undefined && value !== null
  if (filter.operatorType === 'IsNullOrUndefined') return !isThere
  if (filter.operatorType === 'IsNotNull') return isThere
  if (filter.operatorType === 'BoolEquals') return false
  const [name, negated] = [filter.operatorType.replace('Not', ''), filter.operatorType.includes('Not')]
  const relation = relations[name]
  const wanted = 'values' in filter ? filter.values : [filter.value]
  return (isThere && wanted.some(one => relation?.(folded(value), folded(one)) === true)) !== negated
}

const folded = <T>(value: T): T | string => (typeof value === 'string' ? value.toLowerCase() : value)

/** By the names of either schema, `data.NAME` for what is told of the object. */
function valueAt(event: VaultEvent, asked: string): Value {
  const { id, topic, subject, eventType, dataVersion, data } = event
  const folded = asked.toLowerCase()
  if (folded.startsWith('data.')) return Object.entries(data).find(([name]) => name.toLowerCase() === folded.slice('data.'.length))?.[1]
  const members = new Map([
    ['id', id],
    ['topic', topic],
    ['source', topic],
    ['subject', subject],
    ['eventtype', eventType],
    ['type', eventType],
    ['dataversion', dataVersion],
    ['specversion', '1.0'],
  ])
  return members.get(folded)
}
