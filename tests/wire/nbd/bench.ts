import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileBlockStore } from '#adapters/files/block-store.ts'
import { loadNative } from '#adapters/native/native.ts'
import { leaseWriter, newLease } from '#domain/disks/key-lease.ts'
import { ServedDisks } from '#domain/disks/served-disks.ts'
import { millis } from '#model/brands.ts'
import type { ExportControl, OpenDisk, OpenRefusal } from '#ports/export-control.ts'
import { counted, TestClient, u16 } from './client.ts'
import { nbdServer } from '#protocols/nbd/server.ts'

// A whole data plane in the test's process: server, served disks, ciphers and chunk files, with a control plane that the test plays.

export const diskSize = 64 * 1024 * 1024
export const exportName = 'a-name-that-nobody-guesses'

export interface Bench {
  readonly path: string
  readonly folder: string
  readonly disks: ServedDisks
  readonly lease: ReturnType<typeof leaseWriter>
  /** What the control plane was asked and told, in order. */
  readonly heard: string[]
  readonly failures: unknown[]
  time: number
  refuse: OpenRefusal | undefined
  /** Made anew for each opening: DEKs are zeroed by who was given them. */
  changes: () => Partial<OpenDisk>
  /** A client in the transmission phase of the export. */
  readonly go: (options?: { readonly structured?: boolean; readonly context?: boolean }) => Promise<TestClient>
  readonly offer: (name: string) => void
}

export async function bench(t: { after(run: () => Promise<void>): void }): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'nbd-'))
  const buffer = newLease()
  const lease = leaseWriter(buffer)
  const heard: string[] = []
  const failures: unknown[] = []
  const disk = (): OpenDisk => ({
    diskId: 'disk-1',
    sizeBytes: diskSize,
    readOnly: false,
    epoch: 1,
    layers: [{ dekId: '1'.repeat(32), dek: Uint8Array.from({ length: 64 }, (_, at) => at * 3), cipher: 'aes-256-xts' }],
    lease: buffer,
    ...made.changes(),
  })
  const control: ExportControl = {
    async open({ name, reason }) {
      heard.push(`open ${reason}`)
      if (name !== exportName) return { refused: 'unknown', why: 'no such export' }
      return made.refuse === undefined ? { disk: disk() } : { refused: made.refuse, why: 'the key is not usable' }
    },
    async report(_name, what) {
      heard.push(what)
    },
  }
  const clock = { now: () => millis(made.time), monotonic: () => made.time, after: () => () => undefined }
  const log = { info: () => undefined, warn: () => undefined, error: (_event: string, cause: unknown) => failures.push(cause) }
  const { openSectorCipher: openCipher, setSendRoom } = loadNative()
  const disks = new ServedDisks({ control, store: fileBlockStore(folder), openCipher, clock, log })
  const server = nbdServer({ disks, onFailure: cause => failures.push(cause), setSendRoom })
  const path = join(folder, 's')
  const made: Bench = {
    path,
    folder,
    disks,
    lease,
    heard,
    failures,
    time: 1_700_000_000_000,
    refuse: undefined,
    changes: () => ({}),
    go,
    offer: name => server.offer(name),
  }
  async function go(options: { readonly structured?: boolean; readonly context?: boolean } = {}): Promise<TestClient> {
    const client = await TestClient.connect(path, 3)
    if (options.structured === true) await client.ask(8)
    if (options.context === true)
      await client.ask(10, Buffer.concat([counted(exportName), Buffer.from([0, 0, 0, 1]), counted('base:allocation')]))
    const replies = await client.ask(7, Buffer.concat([counted(exportName), u16(0)]))
    if (replies.at(-1)?.type !== 1) throw new Error(`GO was refused: ${String(replies.at(-1)?.data)}`)
    return client
  }
  lease.confirm(millis(made.time))
  await server.listen(path)
  t.after(async () => {
    await server.close()
    await disks.stop('the test is over')
    rmSync(folder, { recursive: true })
  })
  return made
}
