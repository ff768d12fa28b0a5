import { setTimeout as pause } from 'node:timers/promises'
import { TestClient } from '#tests/wire/nbd/client.ts'

/** One connection that a guest would hold: whether reads and writes succeed on it. A dropped connection throws. */
export interface OpenExport {
  works(): Promise<boolean>
  read(offset: number, length: number): Promise<Buffer>
  close(): void
}

const optionGo = 7
const optionAcknowledged = 1
const sector = 4_096

export async function openExport(place: { readonly uri: string; readonly socket: string }): Promise<OpenExport> {
  const name = decodeURIComponent(new URL(place.uri).pathname.replace(/^\//, ''))
  const client = await TestClient.connect(place.socket, 3)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(name))
  const replies = await client.ask(optionGo, Buffer.concat([length, Buffer.from(name), Buffer.alloc(2)]))
  const last = replies.at(-1)
  if (last?.type !== optionAcknowledged) throw new Error(`the export was refused: ${last?.data.toString() ?? ''}`)
  return {
    async works() {
      const { error, data } = await client.read(0, sector)
      return error === 0 && (await client.write(0, data)) === 0
    },
    async read(offset, bytes) {
      const { error, data } = await client.read(offset, bytes)
      if (error !== 0) throw new Error(`reading at ${offset} failed with NBD error ${error}`)
      return Buffer.from(data)
    },
    close: () => client.close(),
  }
}

const withinMs = 5_000

/** Milliseconds from now, when the change was acknowledged, until I/O does as wanted; throws after 5 s. */
export async function millisecondsUntil(open: OpenExport, wanted: 'works' | 'fails'): Promise<number> {
  const acknowledged = performance.now()
  while ((await open.works()) !== (wanted === 'works')) {
    if (performance.now() - acknowledged > withinMs)
      throw new Error(`I/O still ${wanted === 'works' ? 'fails' : 'works'} after ${withinMs / 1_000} s`)
    await pause(2)
  }
  return Math.round(performance.now() - acknowledged)
}
