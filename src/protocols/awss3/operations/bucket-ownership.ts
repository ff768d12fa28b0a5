import { changeBucket } from '#domain/objects/change-bucket.ts'
import { Problem } from '#model/problem.ts'
import { empty } from '#protocols/http/answer.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { ownershipNamed, ownershipNames } from '#protocols/awss3/bucket-shapes.ts'
import { malformed } from '#protocols/awss3/refusals.ts'
import { bucketFor, noBody, s3Operation, xmlBody } from '#protocols/awss3/site.ts'
import { childOf, textIn } from '#protocols/awss3/xml-read.ts'

export const getBucketOwnershipControlsOperation = s3Operation({
  name: 'GetBucketOwnershipControls',
  method: 'GET',
  path: '/{bucket}?ownershipControls',
  asks: ['bucket.readOwnership'],
  trail: { readOnly: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.readOwnership' })
    const { ownership, name } = bucket.value
    if (ownership === undefined) throw new Problem({ code: 'NotConfigured', details: { what: 'ownership', name } })
    return xmlAnswer('OwnershipControls', { Rule: [{ ObjectOwnership: ownershipNames[ownership] }] })
  },
})

export const putBucketOwnershipControlsOperation = s3Operation({
  name: 'PutBucketOwnershipControls',
  method: 'PUT',
  path: '/{bucket}?ownershipControls',
  asks: ['bucket.writeOwnership'],
  trail: { readOnly: false },
  body: xmlBody('OwnershipControls'),
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writeOwnership' })
    const ownership = ownershipNamed(textIn(childOf(input.body, 'Rule'), 'ObjectOwnership'))
    if (ownership === undefined) throw malformed()
    changeBucket(context, call, { ...found, change: settings => ({ ...settings, ownership }) })
    return empty(200)
  },
})

export const deleteBucketOwnershipControlsOperation = s3Operation({
  name: 'DeleteBucketOwnershipControls',
  method: 'DELETE',
  path: '/{bucket}?ownershipControls',
  asks: ['bucket.writeOwnership'],
  trail: { readOnly: false },
  body: noBody,
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writeOwnership' })
    changeBucket(context, call, { ...found, change: 'ownership' })
    return empty(204)
  },
})
