// A constant row of an audit entry's size through the product's own group commit, sealing and storage: what makes F to D.
import { createSecretKey, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openBootStore } from '#adapters/sqlite/boot-store.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { startWriter } from '#compose/start-writer.ts'
import { createBarrier } from '#domain/seal/barrier.ts'
import { installationCompartment } from '#domain/seal/custody.ts'
import { mutationId, seq } from '#model/brands.ts'

/** performance.md 1.2. */
const rowBytes = 430

export function openRowStore(folder: string): () => Promise<void> {
  const random = systemRandom()
  const installation = installationCompartment(random.uuid())
  const barrier = createBarrier({ rootKey: createSecretKey(randomBytes(32)), rootEpoch: 1, random })
  const path = join(folder, 'anchor.db')
  const boot = openBootStore(path)
  boot.writeBoot({ compartmentKeys: [barrier.newCompartment(installation)] })
  boot[Symbol.dispose]()
  const writer = startWriter({
    path,
    node: 1,
    installation,
    keys: barrier.keysOf(installation),
    onFatal: cause => {
      console.error(cause)
      process.exit(1)
    },
  })
  const row = JSON.stringify({ row: 'x'.repeat(rowBytes - '{"row":""}'.length) })
  const decidedAt = seq(0)
  return async () => {
    const id = mutationId(Buffer.from(random.bytes(16)).toString('hex'))
    const [done] = await writer.commit([{ id, decidedAt, reads: [], writes: [], entries: [row], outbox: [], ruling: false }])
    if (done?.done !== true) throw new Error('the row was not stored')
  }
}
