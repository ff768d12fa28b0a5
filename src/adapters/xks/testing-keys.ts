// For tests alone: the key manager behind a proxy, with mathematics of its own.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { systemRandom } from '#adapters/system/random.ts'
import { isSigned, type Signed } from './testing-signature.ts'

const random = systemRandom()

export interface XksKey {
  readonly bytes: Uint8Array
  spec: string
  usages: string[]
  status: 'ENABLED' | 'DISABLED'
}

export interface Refusal {
  readonly status: number
  readonly errorName: string
}
export const refuse = (status: number, errorName: string): Refusal => ({ status, errorName })
export const isRefusal = (value: object): value is Refusal => 'errorName' in value

export const newXksKey = (): XksKey => ({
  bytes: random.bytes(32),
  spec: 'AES_256',
  usages: ['ENCRYPT', 'DECRYPT', 'WRAP'],
  status: 'ENABLED',
})

/** What a proxy says to a call below its path. */
export function answered(
  signed: Signed,
  asked: { call: string; body: Record<string, unknown>; keys: ReadonlyMap<string, XksKey> },
): object {
  if (!isSigned(signed)) return refuse(401, 'AuthenticationFailedException')
  const { call, body, keys } = asked
  if (call === 'health') return healthy
  const [, id = '', verb = ''] = /^keys\/([^/]+)\/(\w+)$/.exec(call) ?? []
  const key = keys.get(id)
  if (key === undefined) return refuse(404, 'KeyNotFoundException')
  if (verb === 'metadata') return { keySpec: key.spec, keyUsage: key.usages, keyStatus: key.status }
  if (key.status === 'DISABLED') return refuse(400, 'InvalidStateException')
  return verb === 'encrypt' ? encrypted(key, body) : decrypted(key, body)
}

const healthy = {
  xksProxyFleetSize: 1,
  xksProxyVendor: 'Tests',
  xksProxyModel: 'Tests 1',
  ekmVendor: 'Tests',
  ekmFleetDetails: [{ id: 'one', model: 'Tests 1', healthStatus: 'ACTIVE' }],
}

const bytesAt = (body: Readonly<Record<string, unknown>>, name: string): Uint8Array => {
  const text = body[name]
  return typeof text === 'string' ? Buffer.from(text, 'base64') : new Uint8Array()
}

/** The AAD that the key sees: lengths and both parts. */
function wholeAad(aad: Uint8Array, metadata: Uint8Array): Uint8Array {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(aad.length)
  return Buffer.concat([head, aad, Buffer.of(metadata.length), metadata])
}

function encrypted(key: XksKey, body: Readonly<Record<string, unknown>>): object {
  const aad = bytesAt(body, 'additionalAuthenticatedData')
  const [iv, metadata] = [random.bytes(12), Buffer.from('key_version=1')]
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv).setAAD(wholeAad(aad, metadata))
  const ciphertext = Buffer.concat([cipher.update(bytesAt(body, 'plaintext')), cipher.final()])
  const tag = cipher.getAuthTag()
  const cdiv = createHash('sha256')
    .update(Buffer.concat([aad, metadata, iv, ciphertext, tag]))
    .digest('base64')
  return {
    ciphertext: ciphertext.toString('base64'),
    ciphertextMetadata: metadata.toString('base64'),
    initializationVector: iv.toBase64(),
    authenticationTag: tag.toString('base64'),
    ciphertextDataIntegrityValue: cdiv,
  }
}

function decrypted(key: XksKey, body: Readonly<Record<string, unknown>>): object {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytesAt(body, 'initializationVector'))
    decipher.setAAD(wholeAad(bytesAt(body, 'additionalAuthenticatedData'), bytesAt(body, 'ciphertextMetadata')))
    decipher.setAuthTag(bytesAt(body, 'authenticationTag'))
    return { plaintext: Buffer.concat([decipher.update(bytesAt(body, 'ciphertext')), decipher.final()]).toString('base64') }
  } catch {
    return refuse(400, 'InvalidCiphertextException')
  }
}
