import { changeBucket } from '#domain/objects/change-bucket.ts'
import type { DefaultEncryption } from '#domain/objects/records.ts'
import { empty } from '#protocols/http/answer.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { invalidArgument, malformed } from '#protocols/awss3/refusals.ts'
import { bucketFor, noBody, s3Operation, xmlBody } from '#protocols/awss3/site.ts'
import { childOf, childrenOf, textIn, type Element } from '#protocols/awss3/xml-read.ts'

export const getBucketEncryptionOperation = s3Operation({
  name: 'GetBucketEncryption',
  method: 'GET',
  path: '/{bucket}?encryption',
  asks: ['bucket.readEncryption'],
  trail: { readOnly: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.readEncryption' })
    const { encryption } = bucket.value
    const byDefault =
      encryption.method === 'service'
        ? { SSEAlgorithm: 'AES256' }
        : { SSEAlgorithm: encryption.layers === 1 ? 'aws:kms' : 'aws:kms:dsse', KMSMasterKeyID: encryption.keyId }
    const bucketKey = encryption.method === 'accountKey' && encryption.bucketKey
    return xmlAnswer('ServerSideEncryptionConfiguration', {
      Rule: [{ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: bucketKey }],
    })
  },
})

export const putBucketEncryptionOperation = s3Operation({
  name: 'PutBucketEncryption',
  method: 'PUT',
  path: '/{bucket}?encryption',
  asks: ['bucket.writeEncryption'],
  trail: { readOnly: false },
  body: xmlBody('ServerSideEncryptionConfiguration'),
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writeEncryption' })
    const encryption = encryptionIn(input.body)
    changeBucket(context, call, { ...found, change: settings => ({ ...settings, encryption }) })
    return empty(200)
  },
})

export const deleteBucketEncryptionOperation = s3Operation({
  name: 'DeleteBucketEncryption',
  method: 'DELETE',
  path: '/{bucket}?encryption',
  asks: ['bucket.writeEncryption'],
  trail: { readOnly: false },
  body: noBody,
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writeEncryption' })
    changeBucket(context, call, { ...found, change: settings => ({ ...settings, encryption: { method: 'service' } }) })
    return empty(204)
  },
})

const layers = { 'aws:kms': 1, 'aws:kms:dsse': 2 } as const
const isOfKey = (text: string | undefined): text is keyof typeof layers => text !== undefined && Object.hasOwn(layers, text)

function encryptionIn(body: Element | undefined): DefaultEncryption {
  const [rule, ...more] = childrenOf(body, 'Rule')
  if (rule === undefined || more.length > 0) throw malformed()
  const byDefault = childOf(rule, 'ApplyServerSideEncryptionByDefault')
  const [algorithm, keyId] = [textIn(byDefault, 'SSEAlgorithm'), textIn(byDefault, 'KMSMasterKeyID')]
  const bucketKey = textIn(rule, 'BucketKeyEnabled')?.toLowerCase() === 'true'
  if (isOfKey(algorithm))
    return { method: 'accountKey', layers: layers[algorithm], ...(keyId !== undefined && keyId !== '' && { keyId }), bucketKey }
  if (algorithm !== 'AES256' && byDefault !== undefined) throw malformed()
  if (keyId !== undefined)
    throw invalidArgument('a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse')
  return { method: 'service' }
}
