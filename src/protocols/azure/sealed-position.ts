import { sealed, type Bytes, type CompartmentId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Barrier } from '#ports/barrier.ts'
import { generations, type Generations } from '#domain/generations.ts'
import { canonicalPath } from '#domain/records/family.ts'
import { travellingKinds } from '#domain/records/kinds.ts'
import { fromBase64url, toBase64url } from './base64url.ts'

/** What a token is good for: one collection of one compartment, one caller. */
export interface PositionBound {
  readonly compartment: CompartmentId
  readonly collection: string
  readonly caller: string
}

const contextOf = (barrier: Barrier, { compartment, collection, caller }: PositionBound) => ({
  id: barrier.index(compartment, canonicalPath('collection', 'pagingTokens', [collection, caller])),
  kind: travellingKinds.pagingTokens,
  version: 1,
})

/** u32 term ‖ sealed position: shows nothing of how many there are, and opens for nobody else (key-vault.md 1.7). */
export function sealPosition(barrier: Barrier, bound: PositionBound, position: number): string {
  const plain = new Uint8Array(8)
  new DataView(plain.buffer).setFloat64(0, position)
  return sealPlain(barrier, bound, plain)
}

/** The same for a place that is no number. */
export const sealPlace = (barrier: Barrier, bound: PositionBound, place: string): string =>
  sealPlain(barrier, bound, new TextEncoder().encode(place))

interface Given {
  readonly term: number
  readonly text: string
  readonly plain: Bytes
}

/** Tokens of a generation that are remembered, half a KB each: nearly every one that comes back was given out a moment ago. */
const givenMax = 2_000

/**
 * By the barrier that sealed them, which ends with its keys, and by what they are bound to. It spares the sealing and the opening, and says
 * nothing of who may go on: a token whose term is gone is gone here too.
 */
const given = new WeakMap<Barrier, Generations<Given>>()
const givenBy = (barrier: Barrier): Generations<Given> => given.getOrInsertComputed(barrier, () => generations<Given>(givenMax))

function sealPlain(barrier: Barrier, bound: PositionBound, plain: Bytes): string {
  const context = contextOf(barrier, bound)
  const memory = givenBy(barrier)
  const at = `${context.id} at ${plain.toHex()}`
  const before = memory.get(at)
  if (before !== undefined && before.term === barrier.termsOf(bound.compartment).at(-1)) return before.text
  const { term, body } = barrier.sealRecord(context, plain)
  const token = new Uint8Array(4 + body.length)
  new DataView(token.buffer).setUint32(0, term)
  token.set(body, 4)
  const text = toBase64url(token)
  memory.set(at, { term, text, plain })
  memory.set(`${context.id} by ${text}`, { term, text, plain })
  return text
}

/** Raises `InvalidPagingToken` for a damaged token, and for another's. */
export function openPosition(barrier: Barrier, bound: PositionBound, text: string): number {
  const plain = openPlain(barrier, bound, text)
  return new DataView(plain.buffer, plain.byteOffset, plain.length).getFloat64(0)
}

/** Raises `InvalidPagingToken`. */
export const openPlace = (barrier: Barrier, bound: PositionBound, text: string): string =>
  new TextDecoder().decode(openPlain(barrier, bound, text))

function openPlain(barrier: Barrier, bound: PositionBound, text: string): Uint8Array {
  const context = contextOf(barrier, bound)
  const before = givenBy(barrier).get(`${context.id} by ${text}`)
  if (before !== undefined && barrier.termsOf(bound.compartment).includes(before.term)) return before.plain
  const token = fromBase64url(text)
  if (token === undefined || token.length < 4) throw new Problem({ code: 'InvalidPagingToken' })
  const term = new DataView(token.buffer).getUint32(0)
  return opened(() => barrier.openRecord(context, { term, body: sealed(token.subarray(4)) }))
}

function opened(open: () => Uint8Array): Uint8Array {
  try {
    return open()
  } catch (cause) {
    throw new Problem({ code: 'InvalidPagingToken' }, { cause })
  }
}
