import { listObjects } from '#domain/objects/list-objects.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { commonPrefixes, contentsOf, encoder, listedAs } from '#protocols/awss3/lists.ts'
import { ownerIdOf } from '#protocols/awss3/owners.ts'
import { openMarker, sealMarker } from '#protocols/aws/markers.ts'
import { invalidArgument } from '#protocols/awss3/refusals.ts'
import { bucketFor, noBody, s3Operation } from '#protocols/awss3/site.ts'

export const listObjectsOperation = s3Operation({
  name: 'ListObjects',
  method: 'GET',
  path: '/{bucket}',
  asks: ['bucket.listObjects'],
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { query } = input.request
    const { bucket, permit } = await bucketFor(context, call, { input, permission: 'bucket.listObjects' })
    const listed = listedAs(query)
    const encoded = encoder(query)
    const marker = query.get('marker') ?? ''
    const { entries, prefixes, next } = await listObjects(context, call, { permit, bucket, ...listed, after: marker })
    return xmlAnswer(
      'ListBucketResult',
      {
        Name: bucket.value.name,
        Prefix: encoded(listed.prefix),
        Marker: encoded(marker),
        MaxKeys: listed.max,
        Delimiter: listed.delimiter === '' ? undefined : encoded(listed.delimiter),
        EncodingType: query.get('encoding-type'),
        IsTruncated: next !== undefined,
        // Without a delimiter the last name is where the next list begins.
        NextMarker: next === undefined || listed.delimiter === '' ? undefined : encoded(next),
        Contents: contentsOf(entries, { encoded, owner: ownerIdOf(bucket.value.accountId) }),
        CommonPrefixes: commonPrefixes(prefixes, encoded),
      },
      { 'x-amz-bucket-region': bucket.value.region },
    )
  },
})

export const listObjectsV2Operation = s3Operation({
  name: 'ListObjectsV2',
  method: 'GET',
  path: '/{bucket}?list-type=2',
  asks: ['bucket.listObjects'],
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { query } = input.request
    const { bucket, permit } = await bucketFor(context, call, { input, permission: 'bucket.listObjects' })
    if (query.get('list-type') !== '2') throw invalidArgument('Invalid List Type specified in Query')
    const { name, accountId, region } = bucket.value
    const listed = listedAs(query)
    const encoded = encoder(query)
    const [token, startAfter = ''] = [query.get('continuation-token'), query.get('start-after')]
    const bound = { accountId, region, list: `ListObjectsV2 ${name}` }
    const after = token === undefined ? startAfter : openMarker(context, bound, token)
    const { entries, prefixes, next } = await listObjects(context, call, { permit, bucket, ...listed, after })
    return xmlAnswer(
      'ListBucketResult',
      {
        Name: name,
        Prefix: encoded(listed.prefix),
        StartAfter: startAfter === '' ? undefined : encoded(startAfter),
        ContinuationToken: token,
        NextContinuationToken: next === undefined ? undefined : sealMarker(context, bound, next),
        KeyCount: entries.length + prefixes.length,
        MaxKeys: listed.max,
        Delimiter: listed.delimiter === '' ? undefined : encoded(listed.delimiter),
        EncodingType: query.get('encoding-type'),
        IsTruncated: next !== undefined,
        Contents: contentsOf(entries, { encoded, owner: query.get('fetch-owner') === 'true' ? ownerIdOf(accountId) : undefined }),
        CommonPrefixes: commonPrefixes(prefixes, encoded),
      },
      { 'x-amz-bucket-region': region },
    )
  },
})
