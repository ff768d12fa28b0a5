import { createCipheriv, createDecipheriv, createHmac, type KeyObject } from 'node:crypto'

/** Salt ‖ IV: what a caller draws anew for each sealing. */
export const freshBytes = 32 + 12
const formatV1 = 1
const saltBytes = 32
const ivBytes = 12
const tagBytes = 16
/** Bytes that a box is longer than its content. */
export const boxOverheadBytes = 1 + freshBytes + tagBytes

/** A long-lived key, what it is used for (ASCII), and what the content is bound to. The context has a fixed width for each label and is the AAD too. */
export interface BoxKey {
  readonly key: KeyObject
  readonly label: string
  readonly context: Uint8Array
}

/** One 256-bit block of the counter-mode KDF with HMAC-SHA-256 and a 32-bit counter before the fixed input (SP 800-108r1 4.1). */
export function counterKdfBlock(key: KeyObject, fixedInput: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(firstCounter).update(fixedInput).digest()
}
const firstCounter = Uint8Array.of(0, 0, 0, 1)

/** Label ‖ 0x00 ‖ context ‖ output length in bits (SP 800-108r1 4); the salt leads the context. Nothing in it is secret. */
function fixedInput({ label, context }: BoxKey, salt: Uint8Array): Uint8Array {
  const input = Buffer.allocUnsafe(label.length + 1 + saltBytes + context.length + 4)
  for (let at = 0; at < label.length; at++) input[at] = label.charCodeAt(at)
  input[label.length] = 0
  input.set(salt, label.length + 1)
  input.set(context, label.length + 1 + saltBytes)
  input.writeUInt32BE(256, input.length - 4)
  return input
}

/** Format, salt and IV, and room for the rest. */
export function boxHead(fresh: Uint8Array, plaintextBytes: number): Uint8Array {
  if (fresh.length !== freshBytes) throw new Error(`a box takes ${freshBytes} fresh bytes`)
  const box = new Uint8Array(boxOverheadBytes + plaintextBytes)
  box[0] = formatV1
  box.set(fresh, 1)
  return box
}

/** By its length and its format. */
export const isBox = (box: Uint8Array): boolean => box.length >= boxOverheadBytes && box[0] === formatV1

/**
 * Seals under a key derived for this one box: format ‖ salt ‖ IV ‖ ciphertext ‖ tag (security-and-reliability.md 2.3).
 * A key that is used once needs no count of messages, whoever else seals under the long-lived one.
 */
export function sealBox(under: BoxKey, plaintext: Uint8Array, fresh: Uint8Array): Uint8Array {
  const box = boxHead(fresh, plaintext.length)
  const key = counterKdfBlock(under.key, fixedInput(under, fresh.subarray(0, saltBytes)))
  try {
    const cipher = createCipheriv('aes-256-gcm', key, fresh.subarray(saltBytes), { authTagLength: tagBytes })
    cipher.setAAD(under.context)
    box.set(cipher.update(plaintext), 1 + freshBytes)
    cipher.final()
    box.set(cipher.getAuthTag(), 1 + freshBytes + plaintext.length)
    return box
  } finally {
    key.fill(0)
  }
}

/** The content, in an array of its own, or `undefined` where the box was not sealed under this key, label and context. */
export function openBox(under: BoxKey, box: Uint8Array): Uint8Array | undefined {
  if (!isBox(box)) return undefined
  const key = counterKdfBlock(under.key, fixedInput(under, box.subarray(1, 1 + saltBytes)))
  const iv = box.subarray(1 + saltBytes, 1 + saltBytes + ivBytes)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
    decipher.setAAD(under.context)
    decipher.setAuthTag(box.subarray(box.length - tagBytes))
    const plaintext = decipher.update(box.subarray(1 + freshBytes, box.length - tagBytes))
    return verified(() => decipher.final()) ? plaintext : wiped(plaintext)
  } finally {
    key.fill(0)
  }
}

/** OpenSSL tells a wrong tag by throwing. */
function verified(final: () => unknown): boolean {
  try {
    final()
    return true
  } catch {
    return false
  }
}

function wiped(plaintext: Uint8Array): undefined {
  plaintext.fill(0)
  return undefined
}
