// C2SP tlog-checkpoint in a signed note (c2sp.org/tlog-checkpoint, c2sp.org/signed-note), Ed25519.
import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import type { Bytes } from '#model/brands.ts'

/** What a checkpoint says: the root over the first `size` leaves of the log `origin`. */
export interface CheckpointText {
  /** Name of the log and of its key: no space, no plus sign. */
  readonly origin: string
  readonly size: number
  readonly root: Bytes
}

export const auditOrigin = (clusterId: string): string => `keystead.audit/${clusterId}`

const ed25519 = 1
const keyIdBytes = 4
const signatureBytes = 64

/** Three lines, a blank one, `— name base64(key id ‖ signature)`. */
export function signCheckpoint(key: KeyObject, { origin, size, root }: CheckpointText): string {
  const text = `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`
  const signature = Buffer.concat([keyId(key, origin), sign(null, Buffer.from(text, 'utf8'), key)])
  return `${text}\n— ${origin} ${signature.toString('base64')}\n`
}

/** What the note says, or `undefined` where it is not whole, not of this log or not signed by this key. Other signatures are left alone. */
export function openCheckpoint(key: KeyObject, origin: string, note: string): CheckpointText | undefined {
  const end = note.lastIndexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) return undefined
  const text = note.slice(0, end + 1)
  const signed = note
    .slice(end + 2, -1)
    .split('\n')
    .some(line => signedBy(key, { origin, text }, line))
  return signed ? parse(text, origin) : undefined
}

function signedBy(key: KeyObject, { origin, text }: { readonly origin: string; readonly text: string }, line: string): boolean {
  const prefix = `— ${origin} `
  if (!line.startsWith(prefix)) return false
  const signature = Buffer.from(line.slice(prefix.length), 'base64')
  if (signature.length !== keyIdBytes + signatureBytes || !signature.subarray(0, keyIdBytes).equals(keyId(key, origin))) return false
  return verify(null, Buffer.from(text, 'utf8'), publicOf(key), signature.subarray(keyIdBytes))
}

function parse(text: string, origin: string): CheckpointText | undefined {
  const [name, size = '', root = ''] = text.split('\n')
  if (name !== origin || !/^(0|[1-9][0-9]{0,15})$/.test(size)) return undefined
  const bytes = Buffer.from(root, 'base64')
  return bytes.length === 32 && bytes.toString('base64') === root ? { origin, size: Number(size), root: bytes } : undefined
}

const publicOf = (key: KeyObject): KeyObject => (key.type === 'private' ? createPublicKey(key) : key)

/** First four bytes of SHA-256(name ‖ LF ‖ 0x01 ‖ public key). */
function keyId(key: KeyObject, name: string): Buffer {
  const { x = '' } = publicOf(key).export({ format: 'jwk' })
  const input = Buffer.concat([Buffer.from(`${name}\n`, 'utf8'), Buffer.from([ed25519]), Buffer.from(x, 'base64url')])
  return hash('sha256', input, 'buffer').subarray(0, keyIdBytes)
}

/** The key as verifiers of signed notes take it: `name+hex(key id)+base64(0x01 ‖ public key)`. */
export function verifierKey(key: KeyObject, origin: string): string {
  const { x = '' } = publicOf(key).export({ format: 'jwk' })
  const publicKey = Buffer.concat([Buffer.from([ed25519]), Buffer.from(x, 'base64url')])
  return `${origin}+${keyId(key, origin).toString('hex')}+${publicKey.toString('base64')}`
}
