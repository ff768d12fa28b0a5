import { randomFillSync, randomUUID } from 'node:crypto'
import type { Random } from '#ports/random.ts'

const poolBytes = 16 * 1024
/** Larger requests gain nothing from the pool. */
const pooledMax = 256

/** The system's generator behind a pool: a small draw costs 0.06 µs instead of 1.45 (performance.md 1.1). Drawn bytes are wiped from the pool. */
export function systemRandom(): Random {
  const pool = new Uint8Array(poolBytes)
  let used = poolBytes
  return {
    bytes(length) {
      const drawn = new Uint8Array(length)
      if (length > pooledMax) return randomFillSync(drawn)
      if (used + length > poolBytes) {
        randomFillSync(pool)
        used = 0
      }
      const from = pool.subarray(used, used + length)
      used += length
      drawn.set(from)
      from.fill(0)
      return drawn
    },
    uuid: () => randomUUID(),
  }
}
