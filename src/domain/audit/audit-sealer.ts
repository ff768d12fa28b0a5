import type { Bytes, CompartmentId } from '#model/brands.ts'
import type { AuditSealer } from '#ports/audit-log.ts'
import type { Clock } from '#ports/clock.ts'
import type { Random } from '#ports/random.ts'
import { batchContext, type BatchCipher, chained, encodeBatch, genesis, saltBytes } from './batch.ts'

export interface AuditSealerParts {
  readonly cipher: BatchCipher
  /** The installation's: audit rows name people and resources of every other. */
  readonly compartment: CompartmentId
  readonly node: number
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
}

interface ChainHead {
  /** Number of the next entry. */
  readonly next: number
  readonly hash: Bytes
}

/** Chains and seals the entries of one transaction after another (security-and-reliability.md 3.2, 4.3). Keeps the chain's head. */
export function auditSealer({ cipher, compartment, node, clock, random }: AuditSealerParts): AuditSealer {
  let head: ChainHead = { next: 1, hash: genesis }
  let before = head
  return {
    resume(last) {
      head = last === undefined ? { next: 1, hash: genesis } : { next: last.seq + last.count, hash: last.hash }
      before = head
    },
    seal(texts) {
      const salts = random.bytes(saltBytes * texts.length)
      const entries = texts.map((text, place) => ({
        seq: head.next + place,
        salt: salts.subarray(place * saltBytes, (place + 1) * saltBytes),
        text,
      }))
      const seq = head.next
      const at = clock.now()
      const sealed = cipher.sealRecord(batchContext(compartment, { node, seq }), encodeBatch(at, entries))
      const hash = chained(head.hash, entries)
      before = head
      head = { next: seq + texts.length, hash }
      return { node, seq, count: texts.length, at, term: sealed.term, hash, body: sealed.body }
    },
    rollBack() {
      head = before
    },
  }
}
