import { Problem } from '#model/problem.ts'
import type { Named } from '#protocols/http/protocol.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { bucketOfHost } from './address.ts'
import { refused } from './refusals.ts'

export interface Place {
  /** Empty: the service itself. */
  readonly bucket: string
  /** As it was meant, decoded; nothing in it is a path. Empty: the bucket itself. */
  readonly key: string
}

const keyBytesMax = 1_024

/** For who makes an object of that name. Raises `StorageRefused`. */
export function assertKey(key: string): void {
  if (Buffer.byteLength(key) > keyBytesMax) throw refused('KeyTooLongError', 'Your key is too long')
}

const invalidUri = (): Problem => refused('InvalidURI', "Couldn't parse the specified URI.")

/** Bucket by host or as the first segment; all that follows, slashes included, is the object's name. Raises `StorageRefused`. */
export function placeOf(request: WireRequest, domain: string): Place {
  const raw = request.path.slice(1)
  const bucket = bucketOfHost(domain, request.hostname)
  const slash = raw.indexOf('/')
  const [first, rest] = slash < 0 ? [raw, ''] : [raw.slice(0, slash), raw.slice(slash + 1)]
  const place = bucket === undefined ? { bucket: decoded(first), key: decoded(rest) } : { bucket, key: decoded(raw) }
  if (climbsOut(place.key)) throw invalidUri()
  return place
}

/** Names are opaque; but `..` that outnumber the segments before them are refused (aws-kms.md 6.1). */
function climbsOut(key: string): boolean {
  let depth = 0
  for (const segment of key.split('/')) {
    depth += segment === '..' ? -1 : segment === '' || segment === '.' ? 0 : 1
    if (depth < 0) return true
  }
  return false
}

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalidUri()
  }
}

interface Row {
  readonly method: string
  readonly level: 'service' | 'bucket' | 'object'
  /** Query parameter that must be there. */
  readonly sub?: string
  readonly copies?: true
  readonly name: string
}

const settings = (method: string, names: Readonly<Record<string, string>>): readonly Row[] =>
  Object.entries(names).map(([sub, name]) => ({ method, level: 'bucket', name, sub }))

/** The first that fits. Sub-resources stand before what they are of. */
const rows: readonly Row[] = [
  { method: 'GET', level: 'service', name: 'ListBuckets' },
  ...settings('GET', {
    location: 'GetBucketLocation',
    versioning: 'GetBucketVersioning',
    policystatus: 'GetBucketPolicyStatus',
    policy: 'GetBucketPolicy',
    publicaccessblock: 'GetPublicAccessBlock',
    encryption: 'GetBucketEncryption',
    tagging: 'GetBucketTagging',
    ownershipcontrols: 'GetBucketOwnershipControls',
    acl: 'GetBucketAcl',
    cors: 'GetBucketCors',
    lifecycle: 'GetBucketLifecycleConfiguration',
    website: 'GetBucketWebsite',
    replication: 'GetBucketReplication',
    'object-lock': 'GetObjectLockConfiguration',
    logging: 'GetBucketLogging',
    notification: 'GetBucketNotificationConfiguration',
    accelerate: 'GetBucketAccelerateConfiguration',
    requestpayment: 'GetBucketRequestPayment',
    analytics: 'ListBucketAnalyticsConfigurations',
    inventory: 'ListBucketInventoryConfigurations',
    metrics: 'ListBucketMetricsConfigurations',
    'intelligent-tiering': 'ListBucketIntelligentTieringConfigurations',
    uploads: 'ListMultipartUploads',
    versions: 'ListObjectVersions',
    'list-type': 'ListObjectsV2',
  }),
  { method: 'GET', level: 'bucket', name: 'ListObjects' },
  { method: 'HEAD', level: 'bucket', name: 'HeadBucket' },
  ...settings('PUT', {
    versioning: 'PutBucketVersioning',
    policy: 'PutBucketPolicy',
    publicaccessblock: 'PutPublicAccessBlock',
    encryption: 'PutBucketEncryption',
    tagging: 'PutBucketTagging',
    ownershipcontrols: 'PutBucketOwnershipControls',
    lifecycle: 'PutBucketLifecycleConfiguration',
    acl: 'PutBucketAcl',
  }),
  { method: 'PUT', level: 'bucket', name: 'CreateBucket' },
  ...settings('DELETE', {
    policy: 'DeleteBucketPolicy',
    publicaccessblock: 'DeletePublicAccessBlock',
    encryption: 'DeleteBucketEncryption',
    tagging: 'DeleteBucketTagging',
    ownershipcontrols: 'DeleteBucketOwnershipControls',
    lifecycle: 'DeleteBucketLifecycle',
    cors: 'DeleteBucketCors',
    website: 'DeleteBucketWebsite',
    replication: 'DeleteBucketReplication',
  }),
  { method: 'DELETE', level: 'bucket', name: 'DeleteBucket' },
  { method: 'POST', level: 'bucket', name: 'DeleteObjects', sub: 'delete' },
  { method: 'GET', level: 'object', name: 'GetObjectAcl', sub: 'acl' },
  { method: 'GET', level: 'object', name: 'GetObjectAttributes', sub: 'attributes' },
  { method: 'GET', level: 'object', name: 'GetObjectTagging', sub: 'tagging' },
  { method: 'GET', level: 'object', name: 'GetObjectRetention', sub: 'retention' },
  { method: 'GET', level: 'object', name: 'GetObjectLegalHold', sub: 'legal-hold' },
  { method: 'GET', level: 'object', name: 'ListParts', sub: 'uploadid' },
  { method: 'GET', level: 'object', name: 'GetObject' },
  { method: 'HEAD', level: 'object', name: 'HeadObject' },
  { method: 'PUT', level: 'object', name: 'PutObjectAcl', sub: 'acl' },
  { method: 'PUT', level: 'object', name: 'PutObjectTagging', sub: 'tagging' },
  { method: 'PUT', level: 'object', name: 'UploadPartCopy', sub: 'uploadid', copies: true },
  { method: 'PUT', level: 'object', name: 'UploadPart', sub: 'uploadid' },
  { method: 'PUT', level: 'object', name: 'CopyObject', copies: true },
  { method: 'PUT', level: 'object', name: 'PutObject' },
  { method: 'POST', level: 'object', name: 'CreateMultipartUpload', sub: 'uploads' },
  { method: 'POST', level: 'object', name: 'CompleteMultipartUpload', sub: 'uploadid' },
  { method: 'DELETE', level: 'object', name: 'DeleteObjectTagging', sub: 'tagging' },
  { method: 'DELETE', level: 'object', name: 'AbortMultipartUpload', sub: 'uploadid' },
  { method: 'DELETE', level: 'object', name: 'DeleteObject' },
]

/** Sub-resources that are served by no operation with this method: what is asked of them is never done to the bucket or the object instead. */
const elsewhere =
  'torrent restore select renameobject abac session metadataconfiguration metadatatable metadatainventorytable metadatajournaltable'.split(
    ' ',
  )
const subresources = new Set([...rows.flatMap(({ sub }) => sub ?? []), ...elsewhere])

/** Raises `MethodNotAllowed`, `UnknownAction`, `StorageRefused`. */
export function named(request: WireRequest, domain: string): Named {
  const { bucket, key } = placeOf(request, domain)
  const level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object'
  const copies = request.header('x-amz-copy-source') !== undefined
  const fits = rows.filter(one => one.level === level && one.method === request.method)
  const found = fits.find(one => (one.sub === undefined || request.query.has(one.sub)) && (one.copies !== true || copies))
  if (found === undefined) throw new Problem({ code: 'MethodNotAllowed' })
  const other = [...request.query.keys()].find(name => subresources.has(name) && !fits.some(one => one.sub === name))
  if (found.sub === undefined && other !== undefined) throw new Problem({ code: 'UnknownAction', details: { action: other } })
  return { name: found.name, params: { bucket, key } }
}
