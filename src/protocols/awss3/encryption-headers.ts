import { hash } from 'node:crypto'
import type { Bytes } from '#model/brands.ts'
import type { Problem } from '#model/problem.ts'
import type { HeldBucket } from '#domain/objects/find-bucket.ts'
import type { EncryptionWish } from '#domain/objects/object-keys.ts'
import type { Encryption } from '#domain/objects/records.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { base64 } from './checksums.ts'
import { invalidArgument, refused } from './refusals.ts'

const sse = 'x-amz-server-side-encryption'
const customer = `${sse}-customer`
const copyCustomer = 'x-amz-copy-source-server-side-encryption-customer'

const layersOf = { 'aws:kms': 1, 'aws:kms:dsse': 2 } as const
const isOfKey = (text: string): text is keyof typeof layersOf => Object.hasOwn(layersOf, text)

/** How an object is to be encrypted; `undefined`: as its bucket has it. Raises `StorageRefused`. */
export function encryptionWished(request: WireRequest, { value: { encryption } }: HeldBucket): EncryptionWish | undefined {
  const wished = wishedBy(request)
  const bucketKey = flagIn(request.header(`${sse}-bucket-key-enabled`))
  if (wished !== undefined || bucketKey === undefined || encryption.method !== 'accountKey') return wished
  // As the bucket has it, but for this (S3 User Guide, "Configuring an S3 Bucket Key at the object level").
  return { ...encryption, context: {}, bucketKey }
}

function wishedBy(request: WireRequest): EncryptionWish | undefined {
  const method = request.header(sse)
  const shown = customerKey(request)
  const keyId = request.header(`${sse}-aws-kms-key-id`)
  const context = request.header(`${sse}-context`)
  const bucketKey = flagIn(request.header(`${sse}-bucket-key-enabled`))
  if (shown !== undefined) {
    if (method !== undefined)
      throw invalidArgument('Server Side Encryption with Customer provided key is incompatible with the encryption method specified')
    return { method: 'customer', key: shown }
  }
  if (method !== undefined && isOfKey(method))
    return { method: 'accountKey', layers: layersOf[method], keyId, context: context === undefined ? {} : contextIn(context), bucketKey }
  if (keyId !== undefined || context !== undefined)
    throw invalidArgument(`Server Side Encryption with AWS KMS managed key requires HTTP header ${sse} : aws:kms`)
  if (method === undefined) return undefined
  if (method !== 'AES256') throw otherAlgorithm()
  return { method: 'service' }
}

function flagIn(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (!/^(?:true|false)$/i.test(text)) throw invalidArgument(`Invalid value for header ${sse}-bucket-key-enabled`)
  return text.toLowerCase() === 'true'
}

const notAMap = () =>
  invalidArgument(`The header '${sse}-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map`)

function contextIn(text: string): Readonly<Record<string, string>> {
  const bytes = base64(text)
  if (bytes === undefined) throw notAMap()
  const pairs = mapIn(bytes)
  if (pairs === undefined) throw notAMap()
  return pairs
}

function mapIn(bytes: Bytes): Readonly<Record<string, string>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const pairs = Object.entries(value).map(([name, one]: readonly [string, unknown]) => [name, one] as const)
    return pairs.every((pair): pair is readonly [string, string] => typeof pair[1] === 'string') ? Object.fromEntries(pairs) : undefined
  } catch {
    return undefined
  }
}

/** The key that comes with the request, checked against its own digest; `source`: of a copy's source. Raises `StorageRefused`. */
export function customerKey(request: WireRequest, source = false): Bytes | undefined {
  const name = source ? copyCustomer : customer
  const given = [`${name}-algorithm`, `${name}-key`, `${name}-key-md5`].map(one => request.header(one))
  if (given.every(one => one === undefined)) return undefined
  const [algorithm, text, md5] = given
  if (algorithm === undefined || text === undefined || md5 === undefined)
    throw invalidArgument('Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.')
  if (algorithm !== 'AES256') throw otherAlgorithm()
  return keyIn(text, md5)
}

const otherAlgorithm = (): Problem =>
  refused('InvalidEncryptionAlgorithmError', 'The encryption request you specified is not valid. The valid value is AES256.')

function keyIn(text: string, md5: string): Bytes {
  const key = base64(text)
  if (key?.length !== 32) throw invalidArgument('The secret key was invalid for the specified algorithm.')
  if (hash('md5', key, 'base64') !== md5)
    throw invalidArgument('The calculated MD5 hash of the key did not match the hash that was provided.')
  return key
}

/** What an answer says of an object's encryption. `shown`: the key of the caller, of which its digest is told. */
export function encryptionHeaders(encryption: Encryption, shown?: Bytes): Readonly<Record<string, string>> {
  if (encryption.method === 'service') return { [sse]: 'AES256' }
  if (encryption.method === 'customer')
    return { [`${customer}-algorithm`]: 'AES256', ...(shown !== undefined && { [`${customer}-key-md5`]: hash('md5', shown, 'base64') }) }
  const { layers, keyArn, bucketKey } = encryption
  return {
    [sse]: layers === 1 ? 'aws:kms' : 'aws:kms:dsse',
    [`${sse}-aws-kms-key-id`]: keyArn,
    ...(bucketKey && { [`${sse}-bucket-key-enabled`]: 'true' }),
  }
}

/** Are its ETag and its digests of the plaintext? Not where a key hides what they would tell. */
export const showsMd5 = ({ method }: Pick<Encryption, 'method'>): boolean => method === 'service'
