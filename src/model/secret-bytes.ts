import { inspect } from 'node:util'

/** Bytes that are zeroed when their block ends and that never print themselves. Holds the given array, it does not copy it. */
export class SecretBytes implements Disposable {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }

  get length(): number {
    return this.#bytes.length
  }

  [Symbol.dispose](): void {
    this.#bytes.fill(0)
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): never {
    throw new Error('a secret is never serialised')
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
