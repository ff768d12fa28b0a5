// Proofs for whoever keeps a checkpoint and not the log: RFC 6962 2.1.1 and 2.1.2, checked as RFC 9162 2.1.3.2 and 2.1.4.2 say.
import type { Bytes } from '#model/brands.ts'
import { emptyTree, grown, nodeHash, rootOf } from './merkle.ts'

/** Root over leaf hashes. */
export const rootOver = (leaves: readonly Bytes[]): Bytes => rootOf(leaves.reduce(grown, emptyTree))

/** Largest power of two smaller than `size`. */
function split(size: number): number {
  let left = 1
  while (left * 2 < size) left *= 2
  return left
}

/** Audit path of the leaf at `index`, nearest sibling first. */
export function inclusionProof(leaves: readonly Bytes[], index: number): readonly Bytes[] {
  if (leaves.length <= 1) return []
  const left = split(leaves.length)
  return index < left
    ? [...inclusionProof(leaves.slice(0, left), index), rootOver(leaves.slice(left))]
    : [...inclusionProof(leaves.slice(left), index - left), rootOver(leaves.slice(0, left))]
}

export interface Inclusion {
  readonly leaf: Bytes
  readonly index: number
  readonly size: number
  readonly root: Bytes
}

export function includes({ leaf, index, size, root }: Inclusion, proof: readonly Bytes[]): boolean {
  const sides = index < size ? sidesOf({ at: index, last: size - 1 }, proof.length) : undefined
  if (sides === undefined) return false
  const climbed = proof.reduce(
    (hash, sibling, level) => (sides[level] === 'left' ? nodeHash(sibling, hash) : nodeHash(hash, sibling)),
    leaf,
  )
  return same(climbed, root)
}

/** On which side each sibling of a proof stands; `undefined` where the proof is too short or too long for that place. */
function sidesOf(place: { readonly at: number; readonly last: number }, count: number): readonly ('left' | 'right')[] | undefined {
  const sides: ('left' | 'right')[] = []
  let { at, last } = place
  const up = (): void => {
    at = half(at)
    last = half(last)
  }
  for (let level = 0; level < count; level += 1) {
    if (last === 0) return undefined
    const left = at % 2 === 1 || at === last
    sides.push(left ? 'left' : 'right')
    // A right edge without sibling: the levels in between have nothing to join.
    while (left && at % 2 === 0 && at !== 0) up()
    up()
  }
  return last === 0 ? sides : undefined
}

/** Proves that the first `size` leaves are still what they were. */
export function consistencyProof(leaves: readonly Bytes[], size: number): readonly Bytes[] {
  return size === 0 || size === leaves.length ? [] : subProof(leaves, size, true)
}

function subProof(leaves: readonly Bytes[], size: number, whole: boolean): readonly Bytes[] {
  if (size === leaves.length) return whole ? [] : [rootOver(leaves)]
  const left = split(leaves.length)
  return size <= left
    ? [...subProof(leaves.slice(0, left), size, whole), rootOver(leaves.slice(left))]
    : [...subProof(leaves.slice(left), size - left, false), rootOver(leaves.slice(0, left))]
}

export interface Consistency {
  readonly from: { readonly size: number; readonly root: Bytes }
  readonly to: { readonly size: number; readonly root: Bytes }
}

export function consistent({ from, to }: Consistency, proof: readonly Bytes[]): boolean {
  if (from.size > to.size) return false
  if (from.size === to.size) return proof.length === 0 && same(from.root, to.root)
  if (from.size === 0) return proof.length === 0
  const [first, ...rest] = isPowerOfTwo(from.size) ? [from.root, ...proof] : proof
  if (first === undefined) return false
  const place = { at: from.size - 1, last: to.size - 1 }
  while (place.at % 2 === 1) [place.at, place.last] = [half(place.at), half(place.last)]
  const sides = sidesOf(place, rest.length)
  if (sides === undefined) return false
  let [old, now] = [first, first]
  for (const [level, sibling] of rest.entries()) {
    if (sides[level] === 'left') [old, now] = [nodeHash(sibling, old), nodeHash(sibling, now)]
    else now = nodeHash(now, sibling)
  }
  return same(old, from.root) && same(now, to.root)
}

const half = (value: number): number => Math.floor(value / 2)
const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value))
const same = (a: Bytes, b: Bytes): boolean => Buffer.compare(a, b) === 0
