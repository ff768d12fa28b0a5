// AES and HMAC by node:crypto, on the calling thread: microseconds for what a request may hold (performance.md 5.1).
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { aesUnwrap, aesWrap, canUnwrap, canWrap, type KeyWrapScheme } from '#crypto/aes-key-wrap.ts'
import {
  macAlgorithms,
  symmetricCiphers,
  symmetricSpecs,
  type MacAlgorithm,
  type SymmetricCipher,
  type SymmetricSpec,
} from '#crypto/symmetric.ts'
import { incompatible, wrongLength, wrongParameter } from '#model/algorithm-refusals.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import type { CipherInput, CipherOutput, UsableSymmetricKey } from '#ports/crypto-module.ts'

const gcmIvBytes = 12
const gcmTagBytes = 16
const blockBytes = 16
/** Ours: of what is encrypted, signed, or goes along authenticated (key-vault.md 8). */
const inputBytesMax = 32 * 1024

/** How the key's bytes are had for the time of one operation; whoever gives them zeroes them. */
export type WithKey = <T>(work: (key: Bytes) => T) => Promise<T>

export function symmetricKey(spec: SymmetricSpec, random: Random, withKey: WithKey): UsableSymmetricKey {
  return {
    async encrypt(algorithm, plaintext, input = {}) {
      const mode = modeOf(spec, algorithm)
      if (isWrap(mode)) return withKey(key => wrapped({ spec, mode, algorithm, key }, plaintext))
      checkText(algorithm, plaintext)
      return mode === 'gcm'
        ? withKey(key => gcmEncrypted({ spec, algorithm, key, random }, plaintext, input))
        : withKey(key => cbcEncrypted({ spec, algorithm, key, padded: mode === 'cbcpad' }, plaintext, input))
    },
    async decrypt(algorithm, ciphertext, input = {}) {
      const mode = modeOf(spec, algorithm)
      const opened = await (isWrap(mode)
        ? withKey(key => unwrapped({ spec, mode, algorithm, key }, ciphertext))
        : mode === 'gcm'
          ? withKey(key => gcmDecrypted({ spec, algorithm, key }, ciphertext, input))
          : withKey(key => cbcDecrypted({ spec, algorithm, key, padded: mode === 'cbcpad' }, ciphertext, input)))
      // Padding, tag, integrity of a wrapping: one refusal for all (key-vault.md 2.6).
      if (opened === undefined) throw new Problem({ code: 'DecryptionFailed' })
      return new SecretBytes(opened)
    },
    async sign(algorithm, data) {
      checkMac(spec, algorithm, data)
      return withKey(key => mac(algorithm, key, data))
    },
    async verify(algorithm, data, signature) {
      checkMac(spec, algorithm, data)
      const own = await withKey(key => mac(algorithm, key, data))
      return own.length === signature.length && timingSafeEqual(own, signature)
    },
  }
}

type Mode = (typeof symmetricCiphers)[SymmetricCipher]['mode']
const isWrap = (mode: Mode): mode is KeyWrapScheme => mode === 'plain' || mode === 'padded'

function modeOf(spec: SymmetricSpec, algorithm: SymmetricCipher): Mode {
  const row = symmetricCiphers[algorithm]
  const { bits } = symmetricSpecs[spec]
  if ('bits' in row && row.bits !== bits)
    throw incompatible('encryption', algorithm, { of: 'size', key: `${bits}`, algorithm: `${row.bits}` })
  return row.mode
}

function checkText(algorithm: string, { length }: Bytes): void {
  if (length < 1 || length > inputBytesMax) throw wrongLength(algorithm, length, `1 to ${inputBytesMax}`)
}

function checkMac(spec: SymmetricSpec, algorithm: MacAlgorithm, data: Bytes): void {
  const [{ bits }, wanted] = [symmetricSpecs[spec], macAlgorithms[algorithm].bits]
  if (bits !== wanted) throw incompatible('signing', algorithm, { of: 'size', key: `${bits}`, algorithm: `${wanted}` })
  checkText(algorithm, data)
}

const mac = (algorithm: MacAlgorithm, key: Bytes, data: Bytes): Bytes =>
  Uint8Array.from(createHmac(macAlgorithms[algorithm].hash, key).update(data).digest())

interface Using {
  readonly spec: SymmetricSpec
  readonly algorithm: SymmetricCipher
  readonly key: Bytes
}

function wrapped({ mode, algorithm, key }: Using & { readonly mode: KeyWrapScheme }, data: Bytes): CipherOutput {
  checkText(algorithm, data)
  if (!canWrap(mode, data.length)) throw wrongLength(algorithm, data.length, 'at least 16 bytes, a multiple of 8')
  return { value: aesWrap(mode, key, data) }
}

function unwrapped({ mode, algorithm, key }: Using & { readonly mode: KeyWrapScheme }, data: Bytes): Bytes | undefined {
  if (!canUnwrap(mode, data.length)) throw wrongLength(algorithm, data.length, 'a multiple of 8, at least 16 more than the padding,')
  return aesUnwrap(mode, key, data)
}

const gcm = ({ spec }: Using) => `aes-${symmetricSpecs[spec].bits}-gcm` as const

/** The IV is ours: one that comes twice under one key opens everything (SP 800-38D 8). */
function gcmEncrypted(using: Using & { readonly random: Random }, plaintext: Bytes, { iv: given, aad }: CipherInput): CipherOutput {
  const { algorithm, key, random } = using
  if (given !== undefined) throw wrongParameter('iv', `must not be given: ${algorithm} makes its own`)
  checkAad(aad)
  const iv = random.bytes(gcmIvBytes)
  const cipher = createCipheriv(gcm(using), key, iv, { authTagLength: gcmTagBytes })
  if (aad !== undefined) cipher.setAAD(aad)
  const value = Uint8Array.from(Buffer.concat([cipher.update(plaintext), cipher.final()]))
  return { value, iv, tag: Uint8Array.from(cipher.getAuthTag()) }
}

function gcmDecrypted(using: Using, ciphertext: Bytes, { iv, aad, tag }: CipherInput): Bytes | undefined {
  checkText(using.algorithm, ciphertext)
  checkAad(aad)
  const decipher = createDecipheriv(gcm(using), using.key, ofLength('iv', iv, gcmIvBytes), { authTagLength: gcmTagBytes })
  if (aad !== undefined) decipher.setAAD(aad)
  decipher.setAuthTag(ofLength('tag', tag, gcmTagBytes))
  return finished(decipher, ciphertext)
}

type CbcUsing = Using & { readonly padded: boolean }

const cbc = ({ spec }: Using): string => `aes-${symmetricSpecs[spec].bits}-cbc`

function cbcEncrypted(using: CbcUsing, plaintext: Bytes, { iv: given }: CipherInput): CipherOutput {
  if (!using.padded) checkBlocks(using, plaintext)
  const iv = ofLength('iv', given, blockBytes)
  const cipher = createCipheriv(cbc(using), using.key, iv).setAutoPadding(using.padded)
  return { value: Uint8Array.from(Buffer.concat([cipher.update(plaintext), cipher.final()])), iv }
}

function cbcDecrypted(using: CbcUsing, ciphertext: Bytes, { iv }: CipherInput): Bytes | undefined {
  checkBlocks(using, ciphertext)
  return finished(createDecipheriv(cbc(using), using.key, ofLength('iv', iv, blockBytes)).setAutoPadding(using.padded), ciphertext)
}

function checkBlocks({ algorithm }: Using, { length }: Bytes): void {
  if (length < 1 || length % blockBytes !== 0) throw wrongLength(algorithm, length, `a multiple of ${blockBytes}`)
}

function checkAad(aad: Bytes | undefined): void {
  if (aad !== undefined && aad.length > inputBytesMax) throw wrongParameter('aad', `must be at most ${inputBytesMax} bytes long`)
}

function ofLength(name: 'iv' | 'tag', bytes: Bytes | undefined, length: number): Bytes {
  if (bytes?.length !== length) throw wrongParameter(name, `must be ${length} bytes, encoded with base64url`)
  return bytes
}

/** In an array of its own; `undefined` where padding or tag do not hold. */
function finished(decipher: { update(data: Bytes): Buffer; final(): Buffer }, ciphertext: Bytes): Bytes | undefined {
  const first = decipher.update(ciphertext)
  try {
    const last = decipher.final()
    const whole = Uint8Array.from(Buffer.concat([first, last]))
    last.fill(0)
    return whole
  } catch {
    return undefined
  } finally {
    first.fill(0)
  }
}
