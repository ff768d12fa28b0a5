import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'

/** A connection from which exactly so many bytes are taken at a time: what is not asked for waits in the kernel. */
export interface SocketBytes {
  send(bytes: Buffer): void
  /** Rejects where the connection ends before. */
  take(length: number): Promise<Buffer>
  /** Sends these last words and lets go. */
  close(last: Buffer): void
}

export async function connect(path: string): Promise<SocketBytes> {
  const socket = createConnection(path)
  await once(socket, 'connect')
  const failure: { cause: Error | undefined } = { cause: undefined }
  socket.on('error', cause => {
    failure.cause = cause
  })
  return {
    send(bytes) {
      socket.write(bytes)
    },
    async take(length) {
      for (;;) {
        // At the end of the stream what is left comes, however little it is.
        const bytes: unknown = length === 0 ? Buffer.alloc(0) : socket.read(length)
        if (Buffer.isBuffer(bytes) && bytes.length === length) return bytes
        if (bytes !== null || socket.readableEnded || socket.destroyed)
          throw new Error('the connection to the disks ended', { cause: failure.cause })
        await moved(socket)
      }
    },
    close(last) {
      socket.end(last)
      socket.destroySoon()
    },
  }
}

const events = ['readable', 'end', 'close'] as const

async function moved(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const seen = (): void => resolve()
  for (const event of events) socket.on(event, seen)
  try {
    await promise
  } finally {
    for (const event of events) socket.off(event, seen)
  }
}
