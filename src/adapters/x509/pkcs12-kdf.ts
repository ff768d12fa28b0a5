// Key derivation of PKCS #12 over a hash of node:crypto (RFC 7292 appendix B.2).
import { hash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** What the derived bytes are for (B.3). */
export const purposes = { key: 1, iv: 2, mac: 3 } as const

export type Pkcs12Hash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

/** v of B.1 and u, in bytes. */
const sizes: Readonly<Record<Pkcs12Hash, { readonly block: number; readonly output: number }>> = {
  sha1: { block: 64, output: 20 },
  sha224: { block: 64, output: 28 },
  sha256: { block: 64, output: 32 },
  sha384: { block: 128, output: 48 },
  sha512: { block: 128, output: 64 },
}

export const outputBytes = (of: Pkcs12Hash): number => sizes[of].output

export interface Derivation {
  readonly hash: Pkcs12Hash
  /** As BMPString with its two zero bytes, or nothing at all: some writers say so of no password. */
  readonly password: Uint8Array
  readonly salt: Uint8Array
  readonly iterations: number
}

/** Others have their turn after so many rounds: a file says how many there are. */
const roundsAtOnce = 500

/** BMPString, big-endian, with its two zero bytes (RFC 7292 B.1). */
export function bmpPassword(password: string): Uint8Array {
  const bytes = Buffer.from(`${password}\0`, 'utf16le')
  return Uint8Array.from(bytes.swap16())
}

/** The steps are those of B.2. The caller zeroes what comes. */
export async function derive(from: Derivation, purpose: (typeof purposes)[keyof typeof purposes], length: number): Promise<Uint8Array> {
  const { block, output } = sizes[from.hash]
  const diversifier = new Uint8Array(block).fill(purpose)
  const input = Buffer.concat([repeated(from.salt, block), repeated(from.password, block)])
  const derived = new Uint8Array(Math.ceil(length / output) * output)
  for (let at = 0; at < length; at += output) {
    const a = await iterated(from, Buffer.concat([diversifier, input]))
    derived.set(a, at)
    addToEach(input, repeated(a, block).subarray(0, block))
    a.fill(0)
  }
  input.fill(0)
  return derived.subarray(0, length)
}

/** Steps 2 and 3: copies that fill whole blocks; nothing makes nothing. */
function repeated(bytes: Uint8Array, block: number): Uint8Array {
  const filled = new Uint8Array(block * Math.ceil(bytes.length / block))
  return bytes.length === 0 ? filled : filled.map((_, at) => bytes[at % bytes.length] ?? 0)
}

/** Step 6 A. */
async function iterated({ hash: name, iterations }: Derivation, first: Buffer): Promise<Buffer> {
  let bytes = hash(name, first, 'buffer')
  first.fill(0)
  for (let round = 1; round < iterations; round += 1) {
    bytes = hash(name, bytes, 'buffer')
    if (round % roundsAtOnce === 0) await nextTurn()
  }
  return bytes
}

/** Step 6 C: each block of `input` becomes itself plus `b` plus one, modulo 2^(8v). */
function addToEach(input: Uint8Array, b: Uint8Array): void {
  for (let start = 0; start < input.length; start += b.length) {
    let carry = 1
    for (let at = b.length - 1; at >= 0; at -= 1) {
      const sum = (input[start + at] ?? 0) + (b[at] ?? 0) + carry
      input[start + at] = sum & 0xff
      carry = sum >> 8
    }
  }
}
