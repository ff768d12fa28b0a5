// The program of the writer: a worker thread that alone writes records. It chains, seals and inserts the audit entries of a batch in the
// transaction that orders it, and has no key but the one that needs (design.md 1, joint 9).
import { workerData } from 'node:worker_threads'
import { openWriter } from '#adapters/sqlite/writer.ts'
import { serveWriter } from '#adapters/sqlite/writer-port.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { auditSealer } from '#domain/audit/audit-sealer.ts'
import type { BatchCipher } from '#domain/audit/batch.ts'
import { bodyCipher, plainMathematics, recordContext } from '#domain/seal/record-cipher.ts'
import { writerSetup } from './writer-setup.ts'

const { port, path, node, installation, term, key, reserveBytes } = writerSetup.parse(workerData)
const random = systemRandom()

let bodies = bodyCipher(plainMathematics)
/** As the barrier seals records, under the one key that is here. */
const cipher: BatchCipher = {
  sealRecord: (context, body) => ({
    term,
    body: bodies.seal({ key, label: 'keystead/record', context: recordContext(context, term) }, body, random),
  }),
  openRecord: (context, sealed) =>
    bodies.open({ key, label: 'keystead/record', context: recordContext(context, sealed.term) }, sealed.body),
}

const sealer = auditSealer({ cipher, compartment: installation, node, clock: systemClock, random })
const writer = openWriter(path, { sealer, node, clock: systemClock, ...(reserveBytes !== undefined && { reserveBytes }) })
serveWriter(port, writer)
// A start waits for this thread, and not for the mathematics that seal the same bytes sooner.
const { loadNative } = await import('#adapters/native/native.ts')
bodies = bodyCipher(loadNative().keyed)
