import type { HeldBucket } from '#domain/objects/find-bucket.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { element } from '#protocols/aws/xml.ts'
import { ownerIdOf } from './owners.ts'
import { notImplemented, refused } from './refusals.ts'
import type { Element } from './xml-read.ts'

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

const ownersAlone = new Set(['private', 'bucket-owner-full-control', 'bucket-owner-read'])
const disabled = () => refused('AccessControlListNotSupported', 'The bucket does not allow ACLs')

/** Lists that say what is so anyway are taken; others are refused, never passed over. Raises `StorageRefused`. */
export function refuseOtherAcl(request: WireRequest, bucket: HeldBucket, body?: Element): void {
  const canned = request.header('x-amz-acl')
  const grants = request.rawHeaders.some((name, at) => at % 2 === 0 && name.toLowerCase().startsWith('x-amz-grant-'))
  const enforced = bucket.value.ownership === 'bucketOwner' || bucket.value.ownership === undefined
  if (grants) throw enforced ? disabled() : notImplemented()
  if (canned !== undefined && !ownersAlone.has(canned)) throw enforced ? disabled() : notImplemented()
  if (body !== undefined && JSON.stringify(body).includes('"Group"')) throw enforced ? disabled() : notImplemented()
}
