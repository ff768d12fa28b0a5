import type { Random } from '#ports/random.ts'

/** What an id begins with says what it is of. */
export const idPrefixes = {
  user: 'AIDA',
  role: 'AROA',
  group: 'AGPA',
  policy: 'ANPA',
  instanceProfile: 'AIPA',
} as const

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** So many characters of base 32 (RFC 4648 6), each of five bits of their own. */
export const randomBase32 = (random: Random, length: number): string =>
  [...random.bytes(length)].map(byte => alphabet.charAt(byte & 31)).join('')

/** 21 characters, 85 bits of them at random: never another's, whatever the name. */
export const newUniqueId = (random: Random, of: keyof typeof idPrefixes): string => idPrefixes[of] + randomBase32(random, 17)
