// The tree of RFC 6962 2.1 (RFC 9162 2.1 says the same): leaf SHA-256(0x00 ‖ data), node SHA-256(0x01 ‖ left ‖ right).
import { sha256 } from '#crypto/digests.ts'
import type { Bytes } from '#model/brands.ts'
import type { AuditHead } from '#ports/audit-log.ts'
import { hashBytes } from './batch.ts'

/** A tree that only grows: `frontier` holds the roots of its full subtrees, left to right, one for each bit set in `size`. */
export interface Tree {
  readonly size: number
  readonly frontier: readonly Bytes[]
}

export const emptyTree: Tree = { size: 0, frontier: [] }

export function leafHash(data: Bytes): Bytes {
  const bytes = new Uint8Array(1 + data.length)
  bytes.set(data, 1)
  return sha256(bytes)
}

export function nodeHash(left: Bytes, right: Bytes): Bytes {
  const bytes = new Uint8Array(1 + 2 * hashBytes)
  bytes[0] = 1
  bytes.set(left, 1)
  bytes.set(right, 1 + hashBytes)
  return sha256(bytes)
}

/** The tree with one leaf more. */
export function grown({ size, frontier }: Tree, leaf: Bytes): Tree {
  const roots = [...frontier]
  let root = leaf
  // As in binary addition: each bit set below is a full subtree that joins the new one.
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) root = nodeHash(roots.pop() ?? root, root)
  roots.push(root)
  return { size: size + 1, frontier: roots }
}

/** The root of the whole tree; of the empty one, the hash of nothing. */
export function rootOf({ frontier }: Tree): Bytes {
  const last = frontier.at(-1)
  if (last === undefined) return sha256(new Uint8Array(0))
  return frontier.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last)
}

export const frontierBytes = ({ frontier }: Tree): Bytes => new Uint8Array(Buffer.concat(frontier))

/** A kept frontier; `undefined` where it cannot be of a tree of that size. Its root still has to be compared. */
export function treeFrom(size: number, bytes: Bytes): Tree | undefined {
  const frontier: Bytes[] = []
  for (let offset = 0; offset < bytes.length; offset += hashBytes) frontier.push(bytes.subarray(offset, offset + hashBytes))
  return frontier.length === bitsSet(size) && bytes.length % hashBytes === 0 ? { size, frontier } : undefined
}

const bitsSet = (size: number): number => size.toString(2).replaceAll('0', '').length

/** One leaf a batch: u32 node ‖ u64 seq ‖ u32 count ‖ u64 at ‖ chain hash. So the columns in the clear are signed too. */
export function batchLeaf({ node, seq, count, at, hash: chain }: AuditHead): Bytes {
  const data = Buffer.allocUnsafe(24 + hashBytes)
  data.writeUInt32BE(node, 0)
  data.writeBigUInt64BE(BigInt(seq), 4)
  data.writeUInt32BE(count, 12)
  data.writeBigUInt64BE(BigInt(at), 16)
  data.set(chain, 24)
  return leafHash(data)
}
