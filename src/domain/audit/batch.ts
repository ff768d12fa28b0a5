import { sha256 } from '#crypto/digests.ts'
import { type Bytes, type CompartmentId, recordId } from '#model/brands.ts'
import type { AuditBatch } from '#ports/audit-log.ts'
import type { Barrier, RecordContext } from '#ports/barrier.ts'

/** Seals and opens batches under the key of the installation's compartment: a barrier, or the writer's own that knows that key alone. */
export type BatchCipher = Pick<Barrier, 'sealRecord' | 'openRecord'>

/** One entry inside a batch: `seq` counts a node's entries from 1, `text` is the row of domain/audit/row.ts. */
export interface BatchEntry {
  readonly seq: number
  /** 16 random bytes: with them gone, the hash says nothing of the text. */
  readonly salt: Bytes
  readonly text: string
}

/** Of every batch's record context; no record family has it (domain/records/kinds.ts ends far below). */
export const batchKind = 255
export const saltBytes = 16
export const hashBytes = 32
/** What the chain of a node begins with. */
export const genesis: Bytes = new Uint8Array(hashBytes)

const format = 1
const headBytes = 1 + 8 + 4

/** What a batch is bound to: its node is its name, the number of its first entry its version. */
export function batchContext(compartment: CompartmentId, { node, seq }: Pick<AuditBatch, 'node' | 'seq'>): RecordContext {
  return { id: recordId(compartment, node.toString(16).padStart(64, '0')), kind: batchKind, version: seq }
}

/** format ‖ u64 at ‖ u32 count ‖ { salt ‖ u32 length ‖ text }*: `at` stands in the clear too, and must be the same there. */
export function encodeBatch(at: number, entries: readonly Omit<BatchEntry, 'seq'>[]): Bytes {
  const lengths = entries.map(({ text }) => Buffer.byteLength(text))
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + saltBytes + 4 + length, headBytes))
  bytes.writeUInt8(format, 0)
  bytes.writeBigUInt64BE(BigInt(at), 1)
  bytes.writeUInt32BE(entries.length, 9)
  let offset = headBytes
  for (const [place, { salt, text }] of entries.entries()) {
    const length = lengths[place] ?? 0
    bytes.set(salt, offset)
    bytes.writeUInt32BE(length, offset + saltBytes)
    offset += saltBytes + 4
    bytes.write(text, offset)
    offset += length
  }
  return bytes
}

/** Throws `RangeError` where the bytes are not a whole batch. */
export function decodeBatch(firstSeq: number, body: Bytes): { readonly at: number; readonly entries: readonly BatchEntry[] } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (bytes.readUInt8(0) !== format) throw new RangeError('a batch of a later format')
  const at = Number(bytes.readBigUInt64BE(1))
  const count = bytes.readUInt32BE(9)
  const entries: BatchEntry[] = []
  let offset = headBytes
  for (let place = 0; place < count; place += 1) {
    const start = offset + saltBytes + 4
    const end = start + bytes.readUInt32BE(offset + saltBytes)
    if (end > bytes.length) throw new RangeError('a batch is cut short')
    entries.push({ seq: firstSeq + place, salt: bytes.subarray(offset, offset + saltBytes), text: bytes.toString('utf8', start, end) })
    offset = end
  }
  if (offset !== bytes.length) throw new RangeError('a batch has bytes behind its end')
  return { at, entries }
}

/** SHA-256(u64 seq ‖ salt ‖ text). In one view of the pool: the writer makes one for every entry, and memory of its own for each would be the dearest of it. */
export function entryHash({ seq, salt, text }: BatchEntry): Bytes {
  const bytes = Buffer.allocUnsafe(8 + saltBytes + Buffer.byteLength(text))
  // Two halves: a BigInt costs more than both.
  bytes.writeUInt32BE(Math.floor(seq / 2 ** 32), 0)
  bytes.writeUInt32BE(seq % 2 ** 32, 4)
  bytes.set(salt, 8)
  bytes.write(text, 8 + saltBytes)
  return sha256(bytes)
}

/** The chain after some entries: SHA-256(0x00 ‖ previous ‖ entry hash) each (security-and-reliability.md 4.3). */
export const chained = (previous: Bytes, entries: readonly BatchEntry[]): Bytes => chainedHashes(previous, entries.map(entryHash))

/** The same by the hashes of the entries. */
export function chainedHashes(previous: Bytes, hashes: readonly Bytes[]): Bytes {
  const link = new Uint8Array(1 + 2 * hashBytes)
  let head = previous
  for (const hash of hashes) {
    link.set(head, 1)
    link.set(hash, 1 + hashBytes)
    head = sha256(link)
  }
  return head
}

/** Opens a stored batch; throws where it is not what was sealed, or where its columns in the clear say something else. */
export function openBatch(cipher: BatchCipher, compartment: CompartmentId, batch: AuditBatch): readonly BatchEntry[] {
  const { at, entries } = decodeBatch(batch.seq, cipher.openRecord(batchContext(compartment, batch), batch))
  if (at !== batch.at || entries.length !== batch.count) throw new Error('the batch says another time or count than its row')
  return entries
}
