import { changeBucket } from '#domain/objects/change-bucket.ts'
import { Problem } from '#model/problem.ts'
import { empty } from '#protocols/http/answer.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { lifecycleIn, lifecycleOf } from '#protocols/awss3/lifecycle-document.ts'
import { bucketFor, noBody, s3Operation, xmlBody } from '#protocols/awss3/site.ts'

/** Of transitions, of which there are none here: said because clients wait to read it (API Reference, "GetBucketLifecycleConfiguration"). */
const smallest = { 'x-amz-transition-default-minimum-object-size': 'all_storage_classes_128K' }

export const getBucketLifecycleConfigurationOperation = s3Operation({
  name: 'GetBucketLifecycleConfiguration',
  method: 'GET',
  path: '/{bucket}?lifecycle',
  asks: ['bucket.readLifecycle'],
  trail: { readOnly: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.readLifecycle' })
    const { lifecycle, name } = bucket.value
    if (lifecycle === undefined) throw new Problem({ code: 'NotConfigured', details: { what: 'lifecycle', name } })
    return xmlAnswer('LifecycleConfiguration', lifecycleOf(lifecycle), smallest)
  },
})

export const putBucketLifecycleConfigurationOperation = s3Operation({
  name: 'PutBucketLifecycleConfiguration',
  method: 'PUT',
  path: '/{bucket}?lifecycle',
  asks: ['bucket.writeLifecycle'],
  trail: { readOnly: false },
  body: xmlBody('LifecycleConfiguration'),
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writeLifecycle' })
    const made = await call.once('ids of rules', async () =>
      Promise.resolve(Buffer.from(context.ground.random.bytes(24)).toString('base64url')),
    )
    const lifecycle = [...lifecycleIn(input.body, at => `${made}${at}`)]
    changeBucket(context, call, { ...found, change: settings => ({ ...settings, lifecycle }) })
    return empty(200, smallest)
  },
})

export const deleteBucketLifecycleOperation = s3Operation({
  name: 'DeleteBucketLifecycle',
  method: 'DELETE',
  path: '/{bucket}?lifecycle',
  asks: ['bucket.writeLifecycle'],
  trail: { readOnly: false },
  body: noBody,
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writeLifecycle' })
    changeBucket(context, call, { ...found, change: 'lifecycle' })
    return empty(204)
  },
})
