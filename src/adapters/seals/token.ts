import { pkcs11Token } from '#adapters/pkcs11/token.ts'
import { type Bytes, sealed } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Clock } from '#ports/clock.ts'
import type { Random } from '#ports/random.ts'
import type { Seal } from '#ports/seal.ts'
import { TokenFailed, type Token, type TokenKeyName, type TokenPlace } from '#ports/tokens.ts'
import { readOwnFile } from './own-file.ts'

const kind = 'pkcs11'
const formatVersion = 1
const ivBytes = 12
/** Of the tokens that there are the longest PIN has 255 bytes. */
const pinBytes = 256

interface TokenSealParts {
  readonly place: TokenPlace
  /** In UTF-8; disposed of by whoever asked. */
  readonly pin: () => SecretBytes
  readonly clock: Clock
  readonly random: Random
}

/**
 * The root key under an AES-256 key that never leaves its token: each new envelope has a key of its own there, and the former stays for copies that
 * were made before (security-and-reliability.md 2.4). The token is open for as long as it wraps or unwraps: nothing of it is needed after.
 * Its calls reject with `TokenFailed`.
 */
export function tokenSeal(parts: TokenSealParts): Seal {
  const { place, random } = parts
  const id = random.bytes(16)
  return {
    kind,
    params: { token: place.label, key: id.toHex() },
    async wrap(rootKey, clusterId) {
      using token = opened(parts)
      const name = nameOf(clusterId, id)
      await token.makeKey(name)
      const { iv, ciphertext } = await token.seal(name, rootKey, boundTo(clusterId))
      return sealed(Uint8Array.of(formatVersion, ...iv, ...ciphertext))
    },
    async unwrap({ params: { key }, wrapped }, clusterId) {
      if (typeof key !== 'string' || wrapped[0] !== formatVersion) return undefined
      using token = opened(parts)
      return await unwrapped(token, { name: nameOf(clusterId, Uint8Array.fromHex(key)), wrapped, clusterId })
    },
  }
}

/** What a PIN file says, without the end of its line. Throws as reading a key file does. */
export function readPinFile(path: string, dataDir: string): SecretBytes {
  using read = readOwnFile(path, { dataDir, atMost: pinBytes + 2 })
  const end = read.bytes.findIndex(byte => byte === 0x0a || byte === 0x0d)
  const pin = read.bytes.slice(0, end < 0 ? read.length : end)
  if (pin.length === 0 || pin.length > pinBytes) throw new Error(`${path} has no PIN of 1 to ${pinBytes} bytes`)
  return new SecretBytes(pin)
}

const opened = (parts: TokenSealParts): Token => pkcs11Token({ ...parts, sessions: 1 })

/** People who look into the token see whose it is. */
const nameOf = (clusterId: string, id: Bytes): TokenKeyName => ({ label: `keystead seal ${clusterId}`, id })
/** An envelope of another cluster does not open. */
const boundTo = (clusterId: string): Bytes => Buffer.from(`keystead/seal\0${kind}\0${clusterId}`, 'utf8')

async function unwrapped(
  token: Token,
  { name, wrapped, clusterId }: { readonly name: TokenKeyName; readonly wrapped: Bytes; readonly clusterId: string },
): Promise<SecretBytes | undefined> {
  const box = { iv: wrapped.subarray(1, 1 + ivBytes), ciphertext: wrapped.subarray(1 + ivBytes) }
  try {
    return await token.unseal(name, box, boundTo(clusterId))
  } catch (error) {
    // A seal of another token.
    if (error instanceof TokenFailed && error.failure === 'keyMissing') return undefined
    throw error
  }
}
