import { bucketsOf } from '#domain/objects/change-bucket.ts'
import { Problem } from '#model/problem.ts'
import { openMarker, sealMarker } from '#protocols/aws/markers.ts'
import { xmlAnswer, xmlTime } from '#protocols/awss3/answers.ts'
import { numberIn } from '#protocols/awss3/lists.ts'
import { ownerIdOf } from '#protocols/awss3/owners.ts'
import { bucketsFound } from '#protocols/awss3/owned.ts'
import { invalidArgument } from '#protocols/awss3/refusals.ts'
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
    const list = `ListBuckets ${region ?? ''} ${prefix}`
    const bound = { accountId, region: input.site.region, list }
    const token = query.get('continuation-token')
    const after = token === undefined ? '' : openMarker(context, bound, token)
    const max = maxIn(query)
    const found = bucketsOf(context, call, { permit, accountId }).filter(
      ({ value }) => value.name.startsWith(prefix) && value.name > after && (region === undefined || value.region === region),
    )
    const page = found.slice(0, max)
    const last = found.length > max ? page.at(-1)?.value.name : undefined
    return xmlAnswer('ListAllMyBucketsResult', {
      Owner: { ID: ownerIdOf(accountId) },
      Buckets: {
        Bucket: page.map(({ value }) => ({ Name: value.name, CreationDate: xmlTime(value.createdAt), BucketRegion: value.region })),
      },
      ...(last !== undefined && { ContinuationToken: sealMarker(context, bound, last) }),
      ...(prefix !== '' && { Prefix: prefix }),
    })
  },
})

const pageMax = 10_000

/** All of them, where nobody says how many. Raises `StorageRefused`. */
function maxIn(query: ReadonlyMap<string, string>): number {
  const max = numberIn(query, 'max-buckets', pageMax)
  if (max < 1 || max > pageMax) throw invalidArgument(`Argument max-buckets must be an integer between 1 and ${pageMax}`)
  return max
}
