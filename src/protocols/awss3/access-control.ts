import type { Problem } from '#model/problem.ts'
import type { HeldBucket } from '#domain/objects/find-bucket.ts'
import type { Bucket } from '#domain/objects/records.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { element } from '#protocols/aws/xml.ts'
import { ownerIdOf } from './owners.ts'
import { malformed, notImplemented, refused } from './refusals.ts'
import { childOf, childrenOf, textIn, type Element } from './xml-read.ts'

/** The owner may do all, and no list gives anything to anybody else: policies decide. */
export function aclAnswer({ value: { accountId } }: HeldBucket): Answer {
  const id = element('ID', ownerIdOf(accountId))
  const grantee = element('Grantee', id, { 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', 'xsi:type': 'CanonicalUser' })
  const grant = element('Grant', grantee + element('Permission', 'FULL_CONTROL'))
  const body = element('Owner', id) + element('AccessControlList', grant)
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${element('AccessControlPolicy', body, { xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/' })}`,
  }
}

const ownersAlone: ReadonlySet<string> = new Set(['private', 'bucket-owner-full-control', 'bucket-owner-read'])
/** Where the bucket's owner owns all, this says what is so, and nothing else is taken (S3 User Guide, "Troubleshooting" of Object Ownership). */
const ownersWhole: ReadonlySet<string> = new Set(['bucket-owner-full-control'])
const disabled = () => refused('AccessControlListNotSupported', 'The bucket does not allow ACLs')

const grantsIn = ({ rawHeaders }: WireRequest): boolean =>
  rawHeaders.some((name, at) => at % 2 === 0 && name.toLowerCase().startsWith('x-amz-grant-'))

const withoutLists = (ownership: Bucket['ownership']): boolean => ownership === 'bucketOwner' || ownership === undefined

const otherList = ({ value: { ownership } }: HeldBucket): Problem => (withoutLists(ownership) ? disabled() : notImplemented())

/** Lists in the head that say what is so anyway are taken; others are refused, never passed over. Raises `StorageRefused`. */
export function refuseOtherAcl(request: WireRequest, bucket: HeldBucket): void {
  const canned = request.header('x-amz-acl')
  const taken = withoutLists(bucket.value.ownership) ? ownersWhole : ownersAlone
  if (grantsIn(request) || (canned !== undefined && !taken.has(canned))) throw otherList(bucket)
}

/** Of a bucket that is to be made: it has no list but the owner's. Raises `StorageRefused`. */
export function refuseNewAcl(request: WireRequest, ownership: Bucket['ownership']): void {
  const canned = request.header('x-amz-acl')
  if (!grantsIn(request) && (canned === undefined || canned === 'private')) return
  if (!withoutLists(ownership)) throw notImplemented()
  throw refused('InvalidBucketAclWithObjectOwnership', "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
}

/** The same of a request that is to set one, in its head or as a document. Raises `StorageRefused`. */
export function refuseOtherList(request: WireRequest, bucket: HeldBucket, body: Element | undefined): void {
  refuseOtherAcl(request, bucket)
  if (body === undefined) {
    if (request.header('x-amz-acl') === undefined) throw refused('MissingSecurityHeader', 'Your request was missing a required header')
    return
  }
  const list = childOf(body, 'AccessControlList')
  if (list === undefined) throw malformed()
  const id = ownerIdOf(bucket.value.accountId)
  const grants = childrenOf(list, 'Grant')
  const owners = grants.every(grant => textIn(childOf(grant, 'Grantee'), 'ID') === id && textIn(grant, 'Permission') === 'FULL_CONTROL')
  const owner = textIn(childOf(body, 'Owner'), 'ID') ?? id
  if (grants.length === 0 || !owners || owner !== id) throw otherList(bucket)
}
