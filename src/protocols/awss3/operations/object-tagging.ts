import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { retagObject } from '#domain/objects/tag-object.ts'
import type { ObjectVersion } from '#domain/objects/records.ts'
import { empty } from '#protocols/http/answer.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { checkedTags, objectTagsMax } from '#protocols/awss3/described.ts'
import { objectToRead, versionAsked } from '#protocols/awss3/find-object.ts'
import { versionHeader } from '#protocols/awss3/object-answers.ts'
import { askedOf, noBody, s3Operation, xmlBody, type S3Input } from '#protocols/awss3/site.ts'
import { taggingIn, taggingOf } from '#protocols/awss3/tags.ts'
import type { Body } from '#protocols/http/operation.ts'

/** `tags`: that the object is to have; what the request's headers say of tags is said of nothing. */
const at = <B extends Body>(call: Call, input: S3Input<B>, tags: ObjectVersion['tags'] = []) => ({
  ...input.params,
  versionId: versionAsked(input.request.query),
  permit: input.permit,
  asked: { ...askedOf(call, input), tags },
})

export const getObjectTaggingOperation = s3Operation({
  name: 'GetObjectTagging',
  method: 'GET',
  path: '/{bucket}/{key}?tagging',
  asks: ['object.readTags', 'object.readVersionTags', 'bucket.listObjects'],
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const permissions = ['object.readTags', 'object.readVersionTags'] as const
    const { bucket, version } = await objectToRead(context, call, { ...at(call, input), permissions })
    return xmlAnswer('Tagging', taggingOf(version.value.tags), versionHeader(bucket, version.value))
  },
})

export const putObjectTaggingOperation = s3Operation({
  name: 'PutObjectTagging',
  method: 'PUT',
  path: '/{bucket}/{key}?tagging',
  asks: ['object.writeTags', 'object.writeVersionTags', 'bucket.listObjects'],
  trail: { readOnly: false, data: true },
  body: xmlBody('Tagging'),
  async handle(context, call, input) {
    const tags = checkedTags(taggingIn(input.body), objectTagsMax)
    return empty(200, await retag(context, call, { input, tags, permissions: ['object.writeTags', 'object.writeVersionTags'] }))
  },
})

export const deleteObjectTaggingOperation = s3Operation({
  name: 'DeleteObjectTagging',
  method: 'DELETE',
  path: '/{bucket}/{key}?tagging',
  asks: ['object.deleteTags', 'object.deleteVersionTags', 'bucket.listObjects'],
  trail: { readOnly: false, data: true },
  body: noBody,
  async handle(context, call, input) {
    return empty(204, await retag(context, call, { input, tags: [], permissions: ['object.deleteTags', 'object.deleteVersionTags'] }))
  },
})

interface Retag<B extends Body> {
  readonly input: S3Input<B>
  readonly tags: ObjectVersion['tags']
  readonly permissions:
    | readonly ['object.writeTags', 'object.writeVersionTags']
    | readonly ['object.deleteTags', 'object.deleteVersionTags']
}

async function retag<B extends Body>(
  context: Context,
  call: Call,
  { input, tags, permissions }: Retag<B>,
): Promise<Readonly<Record<string, string>>> {
  const { bucket, version, permit } = await objectToRead(context, call, { ...at(call, input, tags), permissions })
  retagObject(context, call, { permit, bucket, version, tags })
  return versionHeader(bucket, version.value)
}
