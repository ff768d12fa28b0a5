import { argon2 } from 'node:crypto'
import { promisify } from 'node:util'

/** RFC 9106 3.1: memory in KiB, passes over it, lanes. */
export interface Argon2Costs {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** RFC 9106's second recommended option (4): 64 MiB, 3 passes, 4 lanes. */
export const argon2Floor: Argon2Costs = { memoryKib: 64 * 1024, passes: 3, lanes: 4 }

const tagBytes = 32

/** Argon2id over a text's composed form, 32 bytes, on a thread of the pool; a third of a second at the floor, for OpenSSL runs the lanes one after another. */
export async function argon2id(
  text: string,
  { salt, costs }: { readonly salt: Uint8Array; readonly costs: Argon2Costs },
): Promise<Uint8Array> {
  const message = new TextEncoder().encode(text.normalize('NFC'))
  try {
    return await promisify(argon2)('argon2id', {
      message,
      nonce: salt,
      parallelism: costs.lanes,
      memory: costs.memoryKib,
      passes: costs.passes,
      tagLength: tagBytes,
    })
  } finally {
    message.fill(0)
  }
}
