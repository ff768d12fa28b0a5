import { listVersions } from '#domain/objects/list-objects.ts'
import { xmlAnswer, xmlTime } from '#protocols/awss3/answers.ts'
import { commonPrefixes, contentOf, encoder, listedAs } from '#protocols/awss3/lists.ts'
import { ownerIdOf } from '#protocols/awss3/owners.ts'
import { invalidArgument } from '#protocols/awss3/refusals.ts'
import { bucketFor, noBody, s3Operation } from '#protocols/awss3/site.ts'

export const listObjectVersionsOperation = s3Operation({
  name: 'ListObjectVersions',
  method: 'GET',
  path: '/{bucket}?versions',
  asks: ['bucket.listVersions'],
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { query } = input.request
    const { bucket, permit } = await bucketFor(context, call, { input, permission: 'bucket.listVersions' })
    const listed = listedAs(query)
    const encoded = encoder(query)
    const [afterKey = '', afterVersion] = [query.get('key-marker'), query.get('version-id-marker')]
    if (afterVersion !== undefined && afterKey === '')
      throw invalidArgument('A version-id marker cannot be specified without a key marker.')
    const { entries, prefixes, next } = await listVersions(context, call, { permit, bucket, ...listed, afterKey, afterVersion })
    const owner = ownerIdOf(bucket.value.accountId)
    return xmlAnswer('ListVersionsResult', {
      Name: bucket.value.name,
      Prefix: encoded(listed.prefix),
      KeyMarker: encoded(afterKey),
      VersionIdMarker: afterVersion ?? '',
      NextKeyMarker: next && encoded(next.key),
      NextVersionIdMarker: next?.versionId,
      MaxKeys: listed.max,
      Delimiter: listed.delimiter === '' ? undefined : encoded(listed.delimiter),
      EncodingType: query.get('encoding-type'),
      IsTruncated: next !== undefined,
      Version: entries
        .filter(({ version }) => !version.marker)
        .map(({ version, newest }) =>
          Object.assign(contentOf(version, { encoded, owner }), { VersionId: version.versionId, IsLatest: newest }),
        ),
      DeleteMarker: entries
        .filter(({ version }) => version.marker)
        .map(({ version, newest }) => ({
          Key: encoded(version.key),
          VersionId: version.versionId,
          IsLatest: newest,
          LastModified: xmlTime(version.at),
          Owner: { ID: owner },
        })),
      CommonPrefixes: commonPrefixes(prefixes, encoded),
    })
  },
})
