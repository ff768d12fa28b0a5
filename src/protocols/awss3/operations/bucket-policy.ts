import { bindPrincipals, policyToday } from '#domain/access/policy-documents/bound-principals.ts'
import { changeBucket } from '#domain/objects/change-bucket.ts'
import { letsInWhoeverComes } from '#domain/objects/public-policy.ts'
import { Problem } from '#model/problem.ts'
import { empty } from '#protocols/http/answer.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { assertPolicyFits } from '#protocols/awss3/bucket-shapes.ts'
import { bucketFor, noBody, s3Operation, textBody } from '#protocols/awss3/site.ts'

export const getBucketPolicyOperation = s3Operation({
  name: 'GetBucketPolicy',
  method: 'GET',
  path: '/{bucket}?policy',
  asks: ['bucket.readPolicy'],
  trail: { readOnly: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.readPolicy' })
    const { policy, policyBound = {}, name } = bucket.value
    if (policy === undefined) throw new Problem({ code: 'NotConfigured', details: { what: 'policy', name } })
    const today = policyToday(policy, policyBound, context.policyBook.entities.directory)
    return { status: 200, headers: { 'content-type': 'application/json' }, body: today }
  },
})

export const putBucketPolicyOperation = s3Operation({
  name: 'PutBucketPolicy',
  method: 'PUT',
  path: '/{bucket}?policy',
  asks: ['bucket.writePolicy'],
  trail: { readOnly: false },
  body: textBody,
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writePolicy' })
    const policy = assertPolicyFits(input.body, found.bucket.value.name)
    if (letsInWhoeverComes(policy) && found.bucket.value.publicAccess?.blockPolicy === true)
      throw new Problem({ code: 'PublicPolicyForbidden' })
    const policyBound = bindPrincipals(policy, 'bucket', context.policyBook.entities.directory)
    changeBucket(context, call, { ...found, change: settings => ({ ...settings, policy, policyBound }) })
    return empty(204)
  },
})

export const deleteBucketPolicyOperation = s3Operation({
  name: 'DeleteBucketPolicy',
  method: 'DELETE',
  path: '/{bucket}?policy',
  asks: ['bucket.deletePolicy'],
  trail: { readOnly: false },
  body: noBody,
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.deletePolicy' })
    changeBucket(context, call, { ...found, change: 'policy' })
    return empty(204)
  },
})

export const getBucketPolicyStatusOperation = s3Operation({
  name: 'GetBucketPolicyStatus',
  method: 'GET',
  path: '/{bucket}?policyStatus',
  asks: ['bucket.readPolicyStatus'],
  trail: { readOnly: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.readPolicyStatus' })
    const { policy, name } = bucket.value
    if (policy === undefined) throw new Problem({ code: 'NotConfigured', details: { what: 'policy', name } })
    return xmlAnswer('PolicyStatus', { IsPublic: letsInWhoeverComes(policy) })
  },
})
