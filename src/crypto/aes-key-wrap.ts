// AES key wrap (RFC 3394) and key wrap with padding (RFC 5649), by OpenSSL, with the lengths that it lets pass (security-and-reliability.md 5.8).
import { createCipheriv, createDecipheriv } from 'node:crypto'

const schemes = {
  plain: { suffix: '', iv: Uint8Array.fromHex('a6a6a6a6a6a6a6a6') },
  padded: { suffix: '-pad', iv: Uint8Array.fromHex('a65959a6') },
} as const

export type KeyWrapScheme = keyof typeof schemes

const blockBytes = 8

const nameOf = (kek: Uint8Array, scheme: KeyWrapScheme): string => `id-aes${(kek.length * 8).toString()}-wrap${schemes[scheme].suffix}`

/** What may be wrapped: RFC 3394 takes whole blocks of 8 bytes, two at least; RFC 5649 whatever there is. */
export const canWrap = (scheme: KeyWrapScheme, bytes: number): boolean =>
  scheme === 'padded' ? bytes >= 1 : bytes >= 2 * blockBytes && bytes % blockBytes === 0

/** What may be unwrapped: OpenSSL takes an empty ciphertext for a good one. */
export const canUnwrap = (scheme: KeyWrapScheme, bytes: number): boolean =>
  bytes % blockBytes === 0 && bytes >= (scheme === 'padded' ? 2 : 3) * blockBytes

/** `kek`: 16, 24 or 32 bytes. The length has been checked by `canWrap`. */
export function aesWrap(scheme: KeyWrapScheme, kek: Uint8Array, data: Uint8Array): Uint8Array {
  const cipher = createCipheriv(nameOf(kek, scheme), kek, schemes[scheme].iv)
  return joined(cipher.update(data), cipher.final())
}

/** `undefined` where it is no wrapping by this key. The length has been checked by `canUnwrap`; the caller zeroes what comes out. */
export function aesUnwrap(scheme: KeyWrapScheme, kek: Uint8Array, wrapped: Uint8Array): Uint8Array | undefined {
  const decipher = createDecipheriv(nameOf(kek, scheme), kek, schemes[scheme].iv)
  try {
    return joined(decipher.update(wrapped), decipher.final())
  } catch {
    return undefined
  }
}

/** In an array of its own; the parts are zeroed. */
function joined(first: Uint8Array, last: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + last.length)
  whole.set(first)
  whole.set(last, first.length)
  first.fill(0)
  last.fill(0)
  return whole
}
