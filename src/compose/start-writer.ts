import assert from 'node:assert/strict'
import { MessageChannel, Worker } from 'node:worker_threads'
import { type WriterClient, writerClient } from '#adapters/sqlite/writer-client.ts'
import type { CompartmentKeys } from '#domain/seal/barrier.ts'
import type { CompartmentId } from '#model/brands.ts'
import type { WriterSetup } from './writer-setup.ts'

export interface StartWriter {
  /** The database file; its tables are there (openBootStore made them). */
  readonly path: string
  readonly node: number
  readonly installation: CompartmentId
  /** Of the installation's compartment. */
  readonly keys: CompartmentKeys
  readonly onFatal: (cause: Error) => void
  readonly reserveBytes?: number
}

/** The writer on its own thread. Commits may be handed over at once; a writer that cannot open is fatal. */
export function startWriter({ path, node, installation, keys, onFatal, reserveBytes }: StartWriter): WriterClient {
  const key = keys.terms.get(keys.primary)
  assert(key !== undefined, 'the primary term of the installation has a key')
  const { port1, port2 } = new MessageChannel()
  const setup: WriterSetup = {
    port: port2,
    path,
    node,
    installation,
    term: keys.primary,
    key,
    ...(reserveBytes !== undefined && { reserveBytes }),
  }
  const client = writerClient(port1, { onFatal })
  const worker = new Worker(new URL('writer.ts', import.meta.url), { workerData: setup, transferList: [port2], name: 'writer' })
  let closed = false
  worker.on('error', cause => client.fail(cause instanceof Error ? cause : new Error('the writer threw no Error', { cause })))
  worker.on('exit', code => {
    if (!closed) client.fail(new Error(`the writer ended (${code})`))
  })
  return {
    ...client,
    async close() {
      closed = true
      await client.close()
      await worker.terminate()
    },
  }
}
