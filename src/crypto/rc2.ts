// RC2 (RFC 2268), to read alone: OpenSSL 3 keeps it out of its default provider, and the service still opens the PKCS #12 files that
// Windows and OpenSSL 1 wrote with it (RFC 7292 appendix C). Nothing is ever encrypted with it here.

/** RFC 2268 2: a permutation made of the digits of pi. */
const pi = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb6266fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
)
const blockBytes = 8
const rotations = [1, 2, 3, 5] as const
/** Mixing rounds between the two mashing ones, last first. */
const roundsBackwards = [5, 6, 5] as const

const at = (words: ArrayLike<number>, index: number): number => words[index] ?? 0

/** RFC 2268 2: 64 words. The caller zeroes them. */
function schedule(key: Uint8Array, effectiveBits: number): Uint16Array {
  const bytes = new Uint8Array(128)
  bytes.set(key)
  for (let index = key.length; index < 128; index += 1) bytes[index] = at(pi, (at(bytes, index - 1) + at(bytes, index - key.length)) & 0xff)
  const effectiveBytes = Math.ceil(effectiveBits / 8)
  const mask = 0xff >> (8 * effectiveBytes - effectiveBits)
  bytes[128 - effectiveBytes] = at(pi, at(bytes, 128 - effectiveBytes) & mask)
  for (let index = 127 - effectiveBytes; index >= 0; index -= 1)
    bytes[index] = at(pi, at(bytes, index + 1) ^ at(bytes, index + effectiveBytes))
  const words = Uint16Array.from({ length: 64 }, (_, index) => at(bytes, 2 * index) | (at(bytes, 2 * index + 1) << 8))
  bytes.fill(0)
  return words
}

/** RFC 2268 4, in place; `words` are the block's four. */
function decryptBlock(words: Uint16Array, key: Uint16Array): void {
  let next = 63
  const before = (index: number, steps: number): number => at(words, (index - steps + 4) % 4)
  for (const [turn, rounds] of roundsBackwards.entries()) {
    if (turn > 0) for (let index = 3; index >= 0; index -= 1) words[index] = at(words, index) - at(key, before(index, 1) & 63)
    for (let round = 0; round < rounds; round += 1)
      for (let index = 3; index >= 0; index -= 1) {
        const by = at(rotations, index)
        const turned = (at(words, index) >>> by) | (at(words, index) << (16 - by))
        const [one, two, three] = [before(index, 1), before(index, 2), before(index, 3)]
        words[index] = turned - at(key, next) - (one & two) - (~one & three)
        next -= 1
      }
  }
}

/**
 * What CBC over RC2 hides, without its padding (RFC 8018 6.1.2); `effectiveBits` of the key count. `undefined` where the length or the padding is none.
 * The caller zeroes what comes.
 */
export function rc2CbcDecrypted(
  { key, iv, effectiveBits }: { readonly key: Uint8Array; readonly iv: Uint8Array; readonly effectiveBits: number },
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  if (ciphertext.length === 0 || ciphertext.length % blockBytes !== 0 || iv.length !== blockBytes) return undefined
  const plain = unchained(iv, ciphertext, schedule(key, effectiveBits))
  const padding = at(plain, plain.length - 1)
  const whole = padding >= 1 && padding <= blockBytes && plain.subarray(-padding).every(byte => byte === padding)
  const text = whole ? plain.slice(0, plain.length - padding) : undefined
  plain.fill(0)
  return text
}

function unchained(iv: Uint8Array, ciphertext: Uint8Array, words: Uint16Array): Uint8Array {
  const plain = new Uint8Array(ciphertext.length)
  const view = Buffer.from(ciphertext.buffer, ciphertext.byteOffset, ciphertext.length)
  const block = new Uint16Array(4)
  for (let offset = 0; offset < ciphertext.length; offset += blockBytes) {
    for (let index = 0; index < 4; index += 1) block[index] = view.readUInt16LE(offset + 2 * index)
    decryptBlock(block, words)
    const chained = offset === 0 ? iv : ciphertext.subarray(offset - blockBytes, offset)
    for (let index = 0; index < blockBytes; index += 1)
      plain[offset + index] = ((at(block, index >> 1) >>> (8 * (index & 1))) & 0xff) ^ at(chained, index)
  }
  words.fill(0)
  block.fill(0)
  return plain
}
