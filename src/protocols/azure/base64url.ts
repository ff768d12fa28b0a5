import { z } from 'zod'

/** RFC 4648 5; the right padding or none. */
const spelling = /^[A-Za-z0-9_-]*={0,2}$/

/** base64url without padding (RFC 7515 2). */
export const toBase64url = (bytes: Uint8Array): string => bytes.toBase64({ alphabet: 'base64url', omitPadding: true })

/** The bytes, in an array of their own; `undefined` for `+`, `/`, white space, spare bits that are not zero, or wrong padding (key-vault.md 1.8). */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text.replace(/=+$/, '')
  if (!spelling.test(text) || digits.length % 4 === 1) return undefined
  const padded = digits.padEnd(Math.ceil(digits.length / 4) * 4, '=')
  if (text !== digits && text !== padded) return undefined
  try {
    return Uint8Array.fromBase64(padded, { alphabet: 'base64url', lastChunkHandling: 'strict' })
  } catch {
    return undefined
  }
}

/** Bytes as base64url on the wire. */
export const base64url = z.codec(z.string({ error: 'must be a base64url string' }), z.instanceof(Uint8Array), {
  decode(text, context) {
    const bytes = fromBase64url(text)
    if (bytes !== undefined) return bytes
    // The input stays out of the issue: it may be a secret.
    context.issues.push({ code: 'custom', message: 'must be encoded with base64url', input: undefined })
    return z.NEVER
  },
  encode: toBase64url,
})
