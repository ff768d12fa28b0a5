import { compareNames } from '#domain/objects/names.ts'
import { uploadsOf, type HeldUpload } from '#domain/objects/uploads.ts'
import { xmlAnswer, xmlTime } from '#protocols/awss3/answers.ts'
import { typeNames } from '#protocols/awss3/checksums.ts'
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
    const { page, prefixes, last, more } = pageOf(all, paging)
    const owner = { ID: ownerIdOf(bucket.value.accountId) }
    return xmlAnswer('ListMultipartUploadsResult', {
      Bucket: bucket.value.name,
      KeyMarker: encoded(keyMarker),
      UploadIdMarker: idMarker,
      ...(last !== undefined && { NextKeyMarker: encoded(last.key), NextUploadIdMarker: last.id }),
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
        ChecksumType: typeNames[value.checksum.type],
      })),
      CommonPrefixes: commonPrefixes(prefixes, encoded),
    })
  },
})

/** Ids are in the order of their beginning. */
const byKeyThenTime = ({ value: one }: HeldUpload, { value: other }: HeldUpload): number =>
  compareNames(one.key, other.key) || (one.id < other.id ? -1 : 1)

interface Paging {
  readonly prefix: string
  readonly delimiter: string
  readonly keyMarker: string
  readonly idMarker: string
  readonly max: number
}

function pagingIn(query: ReadonlyMap<string, string>): Paging {
  const keyMarker = query.get('key-marker') ?? ''
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    keyMarker,
    // Without a name it counts for nothing (API Reference, "ListMultipartUploads").
    idMarker: keyMarker === '' ? '' : (query.get('upload-id-marker') ?? ''),
    max: Math.min(pageMax, numberIn(query, 'max-uploads', pageMax)),
  }
}

/** Is it behind what the last page ended with: an upload, or a prefix that stands for many? */
function isAfter({ value: { key, id } }: HeldUpload, common: string | undefined, { keyMarker, idMarker }: Paging): boolean {
  if (keyMarker === '') return true
  if (common === keyMarker) return false
  return compareNames(key, keyMarker) > 0 || (key === keyMarker && idMarker !== '' && id > idMarker)
}

interface Page {
  readonly page: readonly HeldUpload[]
  readonly prefixes: readonly string[]
  /** What the next page begins after. */
  readonly last: { readonly key: string; readonly id: string | undefined } | undefined
  readonly more: boolean
}

function pageOf(all: readonly HeldUpload[], paging: Paging): Page {
  const { prefix, delimiter, max } = paging
  const [page, prefixes]: [HeldUpload[], string[]] = [[], []]
  let last: Page['last']
  for (const upload of all) {
    const { key, id } = upload.value
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const common = end < 0 ? undefined : key.slice(0, end + delimiter.length)
    if (!isAfter(upload, common, paging) || (common !== undefined && prefixes.at(-1) === common)) continue
    if (page.length + prefixes.length >= max) return { page, prefixes, last, more: max > 0 }
    if (common === undefined) page.push(upload)
    else prefixes.push(common)
    last = common === undefined ? { key, id } : { key: common, id: undefined }
  }
  return { page, prefixes, last, more: false }
}
