// age (age-encryption.org/v1): a file key wrapped for each recipient, ChaCha20-Poly1305 in chunks of 64 KiB.
import { Decrypter, Encrypter } from 'age-encryption'
import type { Bytes } from '#model/brands.ts'

/** `age1…` and its post-quantum kin; throws, without quoting it, what is none. */
function encrypterFor(recipients: readonly string[]): Encrypter {
  const encrypter = new Encrypter()
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient)
    } catch (cause) {
      throw new Error('a recipient is not one of age: age1…', { cause })
    }
  }
  return encrypter
}

export function areRecipients(recipients: readonly string[]): boolean {
  try {
    encrypterFor(recipients)
    return recipients.length > 0
  } catch {
    return false
  }
}

/** Throws where a recipient is none. */
export const encryptedTo = async (recipients: readonly string[], plain: ReadableStream<Bytes>): Promise<ReadableStream<Bytes>> =>
  encrypterFor(recipients).encrypt(plain)

/** Identities of an identity file: a line each, with comments between. */
export const identitiesIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line.startsWith('AGE-SECRET-KEY-'))

/** Rejects where no identity opens it; the stream fails where it was changed or cut short. */
export async function decryptedBy(identities: readonly string[], encrypted: ReadableStream<Bytes>): Promise<ReadableStream<Bytes>> {
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  return decrypter.decrypt(encrypted)
}
