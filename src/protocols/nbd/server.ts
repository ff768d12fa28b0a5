import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import type { Attachment, Refusal, ServedDisks } from '#domain/disks/served-disks.ts'
import { ByteReader } from './byte-reader.ts'
import { negotiate } from './handshake.ts'
import type { Negotiated } from './handshake.ts'
import { Transmission } from './transmission.ts'

/** A client that does not come to the point. */
const handshakeTimeoutMs = 30_000
export const connectionsMax = 256
/**
 * Of replies that the client has not read, what the kernel takes from us. By itself it takes less than one reply of 256 KiB, and we would wait
 * for the client in the midst of each; with several it reads one while the next is made.
 */
const sendRoomBytes = 1024 * 1024

export interface NbdServerNeeds {
  readonly disks: Pick<ServedDisks, 'attach'>
  /** A failure below, or a bug: the client sees an error number or the end of the connection. */
  readonly onFailure: (cause: unknown) => void
  /** Asks the kernel for so much room; nothing depends on it. */
  readonly setSendRoom?: (socket: Socket, bytes: number) => void
}

export interface NbdServer {
  /** LIST tells this name from now on, until the export is known no more. */
  offer(name: string): void
  listen(path: string): Promise<void>
  /** Ends the connections; resolves when each has given its disk back. */
  close(): Promise<void>
}

/** NBD on a unix socket whose file's mode (0600) says who may connect; the export's name says to what. */
export function nbdServer(needs: NbdServerNeeds): NbdServer {
  const connections = new Map<Socket, Promise<void>>()
  const offered = new Set<string>()
  const server = createServer(socket => {
    needs.setSendRoom?.(socket, sendRoomBytes)
    const served = serve({ ...needs, offered }, socket).catch((cause: unknown) => {
      socket.destroy()
      needs.onFailure(cause)
    })
    connections.set(
      socket,
      served.finally(() => connections.delete(socket)),
    )
  })
  server.maxConnections = connectionsMax
  return {
    offer: name => void offered.add(name),
    async listen(path) {
      // Left behind by a program that was killed. The folder is ours alone, so nobody listens there.
      rmSync(path, { force: true })
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(path, () => {
          server.off('error', reject)
          resolve()
        })
      })
      chmodSync(path, 0o600)
    },
    async close() {
      server.close()
      for (const socket of connections.keys()) socket.destroy()
      await Promise.all(connections.values())
    },
  }
}

async function serve({ disks, onFailure, offered }: NbdServerNeeds & { readonly offered: Set<string> }, socket: Socket): Promise<void> {
  const closed = new Promise<void>(resolve => {
    socket.once('close', resolve)
  })
  // A reset connection is the client's business; 'close' follows.
  socket.on('error', () => undefined)
  socket.setTimeout(handshakeTimeoutMs, () => socket.destroy())
  const input = new ByteReader(socket)
  const dropped = (): void => {
    socket.destroy()
  }
  const attach = async (name: string): Promise<Attachment | Refusal> => {
    const attached = await disks.attach(name, dropped)
    if ('refused' in attached && attached.refused === 'unknown') offered.delete(name)
    return attached
  }
  const broken = (cause: unknown): Refusal => {
    onFailure(cause)
    return { refused: 'unavailable', why: 'the disk cannot be opened' }
  }
  const negotiated = await negotiate({
    input,
    send: bytes => socket.write(bytes),
    attach: name => attach(name).catch(broken),
    offered: () => offered,
  })
  const first = input.detach()
  if (negotiated === undefined) {
    // Not left to the client, which may keep its end or have sent what nobody reads: the time limit above stands until the last reply is out.
    socket.destroySoon()
    return
  }
  socket.setTimeout(0)
  await serveRequests({ ...negotiated, socket, onFailure }, { first, closed })
}

async function serveRequests(
  needs: Negotiated & { readonly socket: Socket; readonly onFailure: (cause: unknown) => void },
  { first, closed }: { readonly first: Buffer; readonly closed: Promise<void> },
): Promise<void> {
  try {
    if (needs.socket.destroyed) return
    const transmission = new Transmission(needs, first)
    transmission.start()
    await closed
  } finally {
    await needs.attachment.release()
  }
}
