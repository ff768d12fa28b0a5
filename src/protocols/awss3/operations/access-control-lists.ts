import { empty } from '#protocols/http/answer.ts'
import { aclAnswer, refuseOtherList } from '#protocols/awss3/access-control.ts'
import { objectToRead, versionAsked } from '#protocols/awss3/find-object.ts'
import { askedOf, bucketFor, noBody, objectFor, s3Operation, xmlBody } from '#protocols/awss3/site.ts'

export const getBucketAclOperation = s3Operation({
  name: 'GetBucketAcl',
  method: 'GET',
  path: '/{bucket}?acl',
  asks: ['bucket.readAcl'],
  trail: { readOnly: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.readAcl' })
    return aclAnswer(bucket)
  },
})

export const putBucketAclOperation = s3Operation({
  name: 'PutBucketAcl',
  method: 'PUT',
  path: '/{bucket}?acl',
  asks: ['bucket.writeAcl'],
  trail: { readOnly: false },
  body: xmlBody('AccessControlPolicy'),
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.writeAcl' })
    refuseOtherList(input.request, bucket, input.body)
    return empty(200)
  },
})

export const getObjectAclOperation = s3Operation({
  name: 'GetObjectAcl',
  method: 'GET',
  path: '/{bucket}/{key}?acl',
  asks: ['object.readAcl', 'object.readVersionAcl', 'bucket.listObjects'],
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { params, permit, request } = input
    const { bucket } = await objectToRead(context, call, {
      ...params,
      versionId: versionAsked(request.query),
      permissions: ['object.readAcl', 'object.readVersionAcl'],
      permit,
      asked: askedOf(call, input),
    })
    return aclAnswer(bucket)
  },
})

export const putObjectAclOperation = s3Operation({
  name: 'PutObjectAcl',
  method: 'PUT',
  path: '/{bucket}/{key}?acl',
  asks: ['object.writeAcl'],
  trail: { readOnly: false, data: true },
  body: xmlBody('AccessControlPolicy'),
  async handle(context, call, input) {
    const { bucket } = await objectFor(context, call, { input, permission: 'object.writeAcl' })
    refuseOtherList(input.request, bucket, input.body)
    return empty(200)
  },
})
