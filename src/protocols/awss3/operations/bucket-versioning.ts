import { changeBucket } from '#domain/objects/change-bucket.ts'
import { empty } from '#protocols/http/answer.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { malformed, notImplemented } from '#protocols/awss3/refusals.ts'
import { bucketFor, noBody, s3Operation, xmlBody } from '#protocols/awss3/site.ts'
import { textIn } from '#protocols/awss3/xml-read.ts'

const statuses = { Enabled: 'enabled', Suspended: 'suspended' } as const
const isStatus = (text: string | undefined): text is keyof typeof statuses => text !== undefined && Object.hasOwn(statuses, text)

export const getBucketVersioningOperation = s3Operation({
  name: 'GetBucketVersioning',
  method: 'GET',
  path: '/{bucket}?versioning',
  asks: ['bucket.readVersioning'],
  trail: { readOnly: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.readVersioning' })
    const status = Object.entries(statuses).find(([, own]) => own === bucket.value.versioning)?.[0]
    return xmlAnswer('VersioningConfiguration', { Status: status })
  },
})

export const putBucketVersioningOperation = s3Operation({
  name: 'PutBucketVersioning',
  method: 'PUT',
  path: '/{bucket}?versioning',
  asks: ['bucket.writeVersioning'],
  trail: { readOnly: false },
  body: xmlBody('VersioningConfiguration'),
  async handle(context, call, input) {
    const found = await bucketFor(context, call, { input, permission: 'bucket.writeVersioning' })
    const status = textIn(input.body, 'Status')
    if (textIn(input.body, 'MfaDelete') === 'Enabled') throw notImplemented()
    if (!isStatus(status)) throw malformed()
    changeBucket(context, call, { ...found, change: settings => ({ ...settings, versioning: statuses[status] }) })
    return empty(200)
  },
})
