import type { Socket } from 'node:net'

/** Bytes of a socket by the number, for the handshake: one waits at a time. `undefined`: the other end is gone. */
export class ByteReader {
  readonly #socket: Socket
  #chunks: Buffer[] = []
  #size = 0
  #ended = false
  #wake: (() => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd)
  }

  async take(length: number): Promise<Buffer | undefined> {
    for (;;) {
      if (this.#size >= length) return this.#cut(length)
      if (!(await this.#more())) return undefined
    }
  }

  /** Reads past bytes nobody wants, without keeping them. */
  async skip(length: number): Promise<boolean> {
    for (let left = length; left > 0;) {
      if (this.#size === 0 && !(await this.#more())) return false
      left -= this.#cut(Math.min(left, this.#size)).length
    }
    return true
  }

  /** Stops reading: what has come already belongs to whoever goes on. */
  detach(): Buffer {
    this.#socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd)
    return this.#cut(this.#size)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    // Options are answered one by one: what is sent ahead waits in the kernel.
    this.#socket.pause()
    this.#wake?.()
  }

  readonly #onEnd = (): void => {
    this.#ended = true
    this.#wake?.()
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false
    const before = this.#size
    this.#socket.resume()
    await new Promise<void>(resolve => {
      this.#wake = resolve
    })
    this.#wake = undefined
    return this.#size > before
  }

  #cut(length: number): Buffer {
    const all = Buffer.concat(this.#chunks)
    this.#chunks = length === all.length ? [] : [all.subarray(length)]
    this.#size -= length
    return all.subarray(0, length)
  }
}
