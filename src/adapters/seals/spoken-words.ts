import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'

// Daniel S. Wilkerson, "A Proposal for Proquints" (arXiv:0901.4016): 16 bits as a word that can be said, heard and typed, without a list of words.
const consonants = 'bdfghjklmnprstvz'
const vowels = 'aiou'
const words = 6
const bytesPerWord = 2

/** A passphrase of six words and 96 bits. */
export function newPassphrase(random: Random): string {
  using drawn = new SecretBytes(random.bytes(words * bytesPerWord))
  const { bytes } = drawn
  return Array.from({ length: words }, (_, at) => wordOf((bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0))).join(' ')
}

function wordOf(bits: number): string {
  const consonant = (at: number): string => consonants[(bits >> at) & 15] ?? ''
  const vowel = (at: number): string => vowels[(bits >> at) & 3] ?? ''
  return consonant(12) + vowel(10) + consonant(6) + vowel(4) + consonant(0)
}
