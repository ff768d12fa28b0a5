import { changeBucket } from '#domain/objects/change-bucket.ts'
import { Problem } from '#model/problem.ts'
import { empty } from '#protocols/http/answer.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { checkedTags } from '#protocols/awss3/described.ts'
import { bucketFor, noBody, s3Operation, xmlBody } from '#protocols/awss3/site.ts'
import { taggingIn, taggingOf } from '#protocols/awss3/tags.ts'

const tagsMax = 50

export const getBucketTaggingOperation = s3Operation({
  name: 'GetBucketTagging',
  method: 'GET',
  path: '/{bucket}?tagging',
  asks: ['bucket.readTags'],
  trail: { readOnly: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.readTags' })
    const { tags, name } = bucket.value
    if (tags.length === 0) throw new Problem({ code: 'NotConfigured', details: { what: 'tags', name } })
    return xmlAnswer('Tagging', taggingOf(tags))
  },
})

export const putBucketTaggingOperation = s3Operation({
  name: 'PutBucketTagging',
  method: 'PUT',
  path: '/{bucket}?tagging',
  asks: ['bucket.writeTags'],
  trail: { readOnly: false },
  body: xmlBody('Tagging'),
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writeTags' })
    const tags = checkedTags(taggingIn(input.body), tagsMax)
    changeBucket(context, call, { ...found, change: settings => ({ ...settings, tags }) })
    return empty(204)
  },
})

export const deleteBucketTaggingOperation = s3Operation({
  name: 'DeleteBucketTagging',
  method: 'DELETE',
  path: '/{bucket}?tagging',
  asks: ['bucket.writeTags'],
  trail: { readOnly: false },
  body: noBody,
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writeTags' })
    changeBucket(context, call, { ...found, change: settings => ({ ...settings, tags: [] }) })
    return empty(204)
  },
})
