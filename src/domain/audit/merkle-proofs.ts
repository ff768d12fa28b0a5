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

interface Place {
  readonly at: number
  /** The right edge on the same level. */
  readonly last: number
}

/** On which side each sibling of a proof stands; `undefined` where the proof is too short or too long for that place. */
function sidesOf(leaf: Place, count: number): readonly ('left' | 'right')[] | undefined {
  const sides: ('left' | 'right')[] = []
  let place = leaf
  while (sides.length < count) {
    if (place.last === 0) return undefined
    const left = place.at % 2 === 1 || place.at === place.last
    sides.push(left ? 'left' : 'right')
    place = above(left ? joined(place) : place)
  }
  return place.last === 0 ? sides : undefined
}

const above = ({ at, last }: Place): Place => ({ at: half(at), last: half(last) })

/** A right edge without sibling: the levels in between have nothing to join. */
function joined(edge: Place): Place {
  let place = edge
  while (place.at % 2 === 0 && place.at !== 0) place = above(place)
  return place
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
  return from.size === 0 ? proof.length === 0 : continues({ from, to }, isPowerOfTwo(from.size) ? [from.root, ...proof] : proof)
}

/** The first of the nodes is the largest full subtree that both trees share on the way to the earlier one's edge. */
function continues({ from, to }: Consistency, [shared, ...siblings]: readonly Bytes[]): boolean {
  let place: Place = { at: from.size - 1, last: to.size - 1 }
  while (place.at % 2 === 1) place = above(place)
  const sides = sidesOf(place, siblings.length)
  if (shared === undefined || sides === undefined) return false
  let [old, now] = [shared, shared]
  for (const [level, sibling] of siblings.entries()) {
    const left = sides[level] === 'left'
    if (left) old = nodeHash(sibling, old)
    now = left ? nodeHash(sibling, now) : nodeHash(now, sibling)
  }
  return same(old, from.root) && same(now, to.root)
}

const half = (value: number): number => Math.floor(value / 2)
const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value))
const same = (a: Bytes, b: Bytes): boolean => Buffer.compare(a, b) === 0
