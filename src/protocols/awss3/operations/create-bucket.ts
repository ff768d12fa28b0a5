import { Problem } from '#model/problem.ts'
import { createBucket } from '#domain/objects/create-bucket.ts'
import { empty } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { isRegion } from '#protocols/aws/addresses.ts'
import { refuseNewAcl } from '#protocols/awss3/access-control.ts'
import { assertBucketName, ownershipNamed } from '#protocols/awss3/bucket-shapes.ts'
import { checkedTags } from '#protocols/awss3/described.ts'
import { newBucketFound } from '#protocols/awss3/owned.ts'
import { notImplemented, refused } from '#protocols/awss3/refusals.ts'
import { askedOf, s3Operation, xmlBody } from '#protocols/awss3/site.ts'
import { tagsIn } from '#protocols/awss3/tags.ts'
import { childOf, textIn, type Element } from '#protocols/awss3/xml-read.ts'

const tagsMax = 50

export const createBucketOperation = s3Operation({
  name: 'CreateBucket',
  method: 'PUT',
  path: '/{bucket}',
  asks: ['bucket.create'],
  trail: { readOnly: false },
  body: xmlBody('CreateBucketConfiguration'),
  async handle(context, call, input) {
    const { request, site, body, params } = input
    const name = params.bucket
    const permit = input.permit('bucket.create', newBucketFound(askedOf(call, input), name))
    const accountId = call.who.acting?.accountId
    if (accountId === undefined) throw new Problem({ code: 'SignatureMissing' })
    assertBucketName(name)
    const wanted = { name, region: site.region, ...bucketWanted(request, site.region, body) }
    await createBucket(context, call, { permit, accountId, ...wanted })
    return empty(200, { location: `/${name}` })
  },
})

/** What the request says of the new bucket. Raises `StorageRefused`. */
function bucketWanted(request: WireRequest, region: string, body: Element | undefined) {
  if (request.header('x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true') throw notImplemented()
  assertLocation(textIn(body, 'LocationConstraint') ?? '', region)
  const ownership = ownershipNamed(request.header('x-amz-object-ownership'))
  refuseNewAcl(request, ownership)
  return { tags: checkedTags(tagsIn(childOf(body, 'Tags')), tagsMax), ownership }
}

/** Every Region but the first wants itself to be named (API Reference, "CreateBucket"). */
function assertLocation(location: string, region: string): void {
  if (location === region || (location === '' && region === eldestRegion)) return
  if (location !== '' && !isRegion(location)) throw refused('InvalidLocationConstraint', 'The specified location-constraint is not valid')
  throw refused(
    'IllegalLocationConstraintException',
    `The ${location === '' ? 'unspecified' : location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  )
}

/** The one that is meant where no constraint is named. */
const eldestRegion = 'us-east-1'
