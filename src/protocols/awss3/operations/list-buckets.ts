import { bucketsOf } from '#domain/objects/change-bucket.ts'
import { Problem } from '#model/problem.ts'
import { xmlAnswer, xmlTime } from '#protocols/awss3/answers.ts'
import { ownerIdOf } from '#protocols/awss3/owners.ts'
import { bucketsFound } from '#protocols/awss3/owned.ts'
import { askedOf, noBody, s3Operation } from '#protocols/awss3/site.ts'

export const listBucketsOperation = s3Operation({
  name: 'ListBuckets',
  method: 'GET',
  path: '/',
  asks: ['bucket.list'],
  trail: { readOnly: true },
  body: noBody,
  async handle(context, call, input) {
    const permit = input.permit('bucket.list', bucketsFound(askedOf(call, input)))
    const accountId = call.who.acting?.accountId
    if (accountId === undefined) throw new Problem({ code: 'SignatureMissing' })
    const { query } = input.request
    const [prefix = '', region] = [query.get('prefix'), query.get('bucket-region')]
    const found = bucketsOf(context, call, { permit, accountId }).filter(
      ({ value }) => value.name.startsWith(prefix) && (region === undefined || value.region === region),
    )
    return xmlAnswer('ListAllMyBucketsResult', {
      Owner: { ID: ownerIdOf(accountId) },
      Buckets: {
        Bucket: found.map(({ value }) => ({ Name: value.name, CreationDate: xmlTime(value.createdAt), BucketRegion: value.region })),
      },
      ...(prefix !== '' && { Prefix: prefix }),
    })
  },
})
