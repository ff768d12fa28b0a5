import { checkConditions } from './check-conditions.ts'
import type { RawStatement } from './document-schema.ts'
import { refusePolicy, type Fault } from './faults.ts'
import { ofPrincipals, type PolicyPurpose, type PolicyVersion } from './syntax.ts'

/** What the shape alone does not say, in the order in which the service looks. Raises `PolicyMalformed`. */
export function checkStatements(statements: readonly RawStatement[], purpose: PolicyPurpose, version: PolicyVersion): void {
  for (const one of statements) checkMembers(one, purpose)
  for (const one of statements) checkConditions(one.Condition ?? {}, purpose, version)
  if (ofPrincipals(purpose) || purpose === 'trust') checkIds(statements, purpose)
  for (const one of statements) checkPresence(one, purpose)
  const resources = statements.flatMap(one => one.Resource ?? one.NotResource ?? [])
  checkEach(resources, { purpose, faultOf: resourceFaults[purpose] })
  const actions = statements.flatMap(one => one.Action ?? one.NotAction ?? [])
  checkEach(actions, { purpose, faultOf: actionFault })
}

/** A value that is wrong, and how. */
type FaultOf = (value: string, purpose: PolicyPurpose) => { readonly fault: Fault; readonly what: string } | undefined

function checkEach(values: readonly string[], { purpose, faultOf }: { readonly purpose: PolicyPurpose; readonly faultOf: FaultOf }): void {
  for (const value of values) {
    const found = faultOf(value, purpose)
    if (found !== undefined) refusePolicy(purpose, found.fault, found.what)
  }
}

const both = (one: unknown, other: unknown): boolean => one !== undefined && other !== undefined
const neither = (one: unknown, other: unknown): boolean => one === undefined && other === undefined

function checkMembers(one: RawStatement, purpose: PolicyPurpose): void {
  if (both(one.Action, one.NotAction) || both(one.Resource, one.NotResource) || both(one.Principal, one.NotPrincipal))
    refusePolicy(purpose, 'syntax')
  if (!ofPrincipals(purpose)) checkNaming(one, purpose)
  else if (!neither(one.Principal, one.NotPrincipal)) refusePolicy(purpose, 'has-principal')
}

function checkNaming(one: RawStatement, purpose: PolicyPurpose): void {
  // All but those named would be given it, strangers included; the service supports it for Deny alone, and of roles not at all.
  if (one.NotPrincipal !== undefined && (one.Effect === 'Allow' || purpose === 'trust')) refusePolicy(purpose, 'not-principal')
  if (neither(one.Principal, one.NotPrincipal)) refusePolicy(purpose, purpose === 'bucket' ? 'missing-field' : 'no-principal', 'Principal')
}

function checkIds(statements: readonly RawStatement[], purpose: PolicyPurpose): void {
  const ids = statements.flatMap(({ Sid: sid }) => (sid === undefined || sid === '' ? [] : [sid]))
  if (ids.some(sid => !/^[0-9A-Za-z]*$/.test(sid))) refusePolicy(purpose, 'sid')
  if (new Set(ids).size < ids.length) refusePolicy(purpose, 'sid-repeated')
}

/** A key's statement without action or resource is taken, and speaks of nothing (aws-kms.md 4.2). */
function checkPresence(one: RawStatement, purpose: PolicyPurpose): void {
  if (purpose === 'key') return
  if ((one.Action ?? one.NotAction ?? []).length === 0) refusePolicy(purpose, 'no-actions')
  const resources = one.Resource ?? one.NotResource
  if (purpose === 'trust') {
    if (resources !== undefined) refusePolicy(purpose, 'has-resources')
  } else if ((resources ?? []).length === 0) refusePolicy(purpose, 'no-resources')
}

const arnBeginning = /^arn:(?:aws[a-z-]*|\*)(?=:|$)/

const identityResource: FaultOf = resource => {
  if (resource === '*' || resource.startsWith('${')) return undefined
  if (!arnBeginning.test(resource)) return { fault: 'resource-form', what: resource }
  return (resource.split(':')[2] ?? '') === '' ? { fault: 'resource-service', what: resource } : undefined
}
const nothingWrong: FaultOf = () => undefined
const resourceFaults: Readonly<Record<PolicyPurpose, FaultOf>> = {
  // Within a key's own policy every resource but the key's means nothing; the service takes whatever stands there.
  key: nothingWrong,
  trust: nothingWrong,
  identity: identityResource,
  session: identityResource,
  boundary: identityResource,
  bucket: resource => (/^arn:aws[a-z-]*:s3:::./.test(resource) ? undefined : { fault: 'resource-form', what: resource }),
}

/** Documents that may speak of one service alone. */
const onlyService: Readonly<Partial<Record<PolicyPurpose, string>>> = { trust: 'sts', bucket: 's3' }

const actionFault: FaultOf = (action, purpose) => {
  const only = onlyService[purpose]
  if (action === '*' && purpose !== 'trust') return undefined
  const [service = '', name = '', ...more] = action.split(':')
  if (more.length > 0) return { fault: 'action-with-colons', what: action }
  if (!/^[\w*?-]+$/.test(name)) return { fault: 'action-without-service', what: action }
  if (!/^(?:\*|[a-zA-Z0-9.-]+)$/.test(service)) return { fault: 'action-service', what: service }
  return only !== undefined && service.toLowerCase() !== only ? { fault: 'action-other', what: action } : undefined
}
