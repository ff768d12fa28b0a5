import type { Random } from '#ports/random.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** Bits of an id that are base 32, 16 characters of five. */
const bitsOfId = 80n
/** The account stands behind the first bit, and before 39 bits at random. */
const bitsAtRandom = 39n

/** `AKIA`: of a user or an account's root, for long. `ASIA`: of a session. */
export type KeyPrefix = 'AKIA' | 'ASIA'

/** An id that says whose account it is of, as the service's own do: what finds a key leads to its account without a look-up. */
export function newAccessKeyId(random: Random, { prefix, accountId }: { readonly prefix: KeyPrefix; readonly accountId: string }): string {
  const chance = Buffer.from(random.bytes(5)).readUIntBE(0, 5) % 2 ** Number(bitsAtRandom)
  let bits = (1n << (bitsOfId - 1n)) | (BigInt(accountId) << bitsAtRandom) | BigInt(chance)
  let text = ''
  for (let count = 0; count < 16; count++) {
    text = alphabet.charAt(Number(bits & 31n)) + text
    bits >>= 5n
  }
  return prefix + text
}

/** The account that an id names, whether or not there is such a key; `undefined` for what is no id. */
export function accountOfKeyId(id: string): string | undefined {
  if (!/^A[KS]IA[A-Z2-7]{16}$/.test(id)) return undefined
  let bits = 0n
  for (const character of id.slice(4)) bits = (bits << 5n) | BigInt(alphabet.indexOf(character))
  const account = (bits >> bitsAtRandom) & ((1n << 40n) - 1n)
  return account.toString().padStart(12, '0')
}
