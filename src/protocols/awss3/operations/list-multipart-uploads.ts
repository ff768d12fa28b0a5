import { compareNames } from '#domain/objects/names.ts'
import { uploadsOf, type HeldUpload } from '#domain/objects/uploads.ts'
import { xmlAnswer, xmlTime } from '#protocols/awss3/answers.ts'
import { commonPrefixes, encoder, numberIn } from '#protocols/awss3/lists.ts'
import { ownerIdOf } from '#protocols/awss3/owners.ts'
import { bucketFor, noBody, s3Operation } from '#protocols/awss3/site.ts'

const pageMax = 1_000

export const listMultipartUploadsOperation = s3Operation({
  name: 'ListMultipartUploads',
  method: 'GET',
  path: '/{bucket}?uploads',
  asks: ['bucket.listUploads'],
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { query } = input.request
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.listUploads' })
    const encoded = encoder(query)
    const paging = pagingIn(query)
    const { prefix, delimiter, keyMarker, idMarker, max } = paging
    const all = (await uploadsOf(context, call, bucket)).filter(({ value }) => value.key.startsWith(prefix)).toSorted(byKeyThenTime)
    const { page, prefixes, more } = pageOf(all, paging)
    const owner = { ID: ownerIdOf(bucket.value.accountId) }
    const last = page.at(-1)?.value
    return xmlAnswer('ListMultipartUploadsResult', {
      Bucket: bucket.value.name,
      KeyMarker: encoded(keyMarker),
      UploadIdMarker: idMarker,
      ...(more && last !== undefined && { NextKeyMarker: encoded(last.key), NextUploadIdMarker: last.id }),
      Prefix: encoded(prefix),
      Delimiter: delimiter === '' ? undefined : encoded(delimiter),
      EncodingType: query.get('encoding-type'),
      MaxUploads: max,
      IsTruncated: more,
      Upload: page.map(({ value }) => ({
        UploadId: value.id,
        Key: encoded(value.key),
        Initiated: xmlTime(value.at),
        StorageClass: 'STANDARD',
        Owner: owner,
        Initiator: { ID: value.initiator },
        ChecksumAlgorithm: value.checksum.algorithm.toUpperCase(),
      })),
      CommonPrefixes: commonPrefixes(prefixes, encoded),
    })
  },
})

const byKeyThenTime = (one: HeldUpload, other: HeldUpload): number => compareNames(one.value.key, other.value.key) || one.ord - other.ord

interface Paging {
  readonly prefix: string
  readonly delimiter: string
  readonly keyMarker: string
  readonly idMarker: string
  readonly max: number
}

const pagingIn = (query: ReadonlyMap<string, string>): Paging => ({
  prefix: query.get('prefix') ?? '',
  delimiter: query.get('delimiter') ?? '',
  keyMarker: query.get('key-marker') ?? '',
  idMarker: query.get('upload-id-marker') ?? '',
  max: Math.min(pageMax, numberIn(query, 'max-uploads', pageMax)),
})

function pageOf(all: readonly HeldUpload[], { prefix, delimiter, keyMarker, idMarker, max }: Paging) {
  const at = all.findIndex(({ value }) => value.id === idMarker)
  const rest =
    at >= 0 && idMarker !== '' ? all.slice(at + 1) : all.filter(({ value }) => keyMarker === '' || compareNames(value.key, keyMarker) > 0)
  const [page, prefixes]: [HeldUpload[], string[]] = [[], []]
  for (const upload of rest) {
    const end = delimiter === '' ? -1 : upload.value.key.indexOf(delimiter, prefix.length)
    const common = end < 0 ? undefined : upload.value.key.slice(0, end + delimiter.length)
    if (common !== undefined && prefixes.at(-1) === common) continue
    if (page.length + prefixes.length >= max) return { page, prefixes, more: true }
    if (common === undefined) page.push(upload)
    else prefixes.push(common)
  }
  return { page, prefixes, more: false }
}
