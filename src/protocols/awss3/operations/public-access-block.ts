import { changeBucket } from '#domain/objects/change-bucket.ts'
import { Problem } from '#model/problem.ts'
import { empty } from '#protocols/http/answer.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { malformed } from '#protocols/awss3/refusals.ts'
import { bucketFor, noBody, s3Operation, xmlBody } from '#protocols/awss3/site.ts'
import { textIn, type Element } from '#protocols/awss3/xml-read.ts'

export const getPublicAccessBlockOperation = s3Operation({
  name: 'GetPublicAccessBlock',
  method: 'GET',
  path: '/{bucket}?publicAccessBlock',
  asks: ['bucket.readPublicAccess'],
  trail: { readOnly: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.readPublicAccess' })
    const { publicAccess, name } = bucket.value
    if (publicAccess === undefined) throw new Problem({ code: 'NotConfigured', details: { what: 'publicAccess', name } })
    return xmlAnswer('PublicAccessBlockConfiguration', {
      BlockPublicAcls: publicAccess.blockAcls,
      IgnorePublicAcls: publicAccess.ignoreAcls,
      BlockPublicPolicy: publicAccess.blockPolicy,
      RestrictPublicBuckets: publicAccess.restrict,
    })
  },
})

export const putPublicAccessBlockOperation = s3Operation({
  name: 'PutPublicAccessBlock',
  method: 'PUT',
  path: '/{bucket}?publicAccessBlock',
  asks: ['bucket.writePublicAccess'],
  trail: { readOnly: false },
  body: xmlBody('PublicAccessBlockConfiguration'),
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writePublicAccess' })
    if (input.body === undefined) throw malformed()
    const publicAccess = {
      blockAcls: flagIn(input.body, 'BlockPublicAcls'),
      ignoreAcls: flagIn(input.body, 'IgnorePublicAcls'),
      blockPolicy: flagIn(input.body, 'BlockPublicPolicy'),
      restrict: flagIn(input.body, 'RestrictPublicBuckets'),
    }
    changeBucket(context, call, { ...found, change: settings => ({ ...settings, publicAccess }) })
    return empty(200)
  },
})

export const deletePublicAccessBlockOperation = s3Operation({
  name: 'DeletePublicAccessBlock',
  method: 'DELETE',
  path: '/{bucket}?publicAccessBlock',
  asks: ['bucket.writePublicAccess'],
  trail: { readOnly: false },
  body: noBody,
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writePublicAccess' })
    changeBucket(context, call, { ...found, change: 'publicAccess' })
    return empty(204)
  },
})

function flagIn(body: Element, name: string): boolean {
  const text = textIn(body, name)?.toLowerCase()
  if (text !== undefined && text !== 'true' && text !== 'false') throw malformed()
  return text === 'true'
}
