import type { Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { lookUp } from '#model/names.ts'
import { forgetUses } from './credential-uses.ts'
import { existing, foundEntity, invalidInput, missing, roleNamed, type NamedRole } from './entities.ts'
import type { AccountRole } from './records.ts'
import { addRole } from './roles.ts'

interface LinkedService {
  readonly role: string
  readonly policy: string
  readonly description: string
}

/** Services that have roles of their own in an account: of those that are served, one. */
const linkedServices: Readonly<Record<string, LinkedService>> = {
  'mrk.kms.amazonaws.com': {
    role: 'AWSServiceRoleForKeyManagementServiceMultiRegionKeys',
    policy: 'arn:aws:iam::aws:policy/aws-service-role/AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy',
    description: 'Enables access to services and resources required to synchronize shared properties of multi-Region keys',
  },
}

/** Name and path of a service's role. Raises `InputInvalid` for a service that has none. */
export function linkedRoleOf(service: string, suffix?: string): { readonly name: string; readonly path: string } {
  const linked = lookUp(linkedServices, service)
  if (linked === undefined) throw invalidInput(`Service role name ${service} is not valid.`)
  if (suffix !== undefined) throw invalidInput(`Custom suffix is not allowed for ${service}`)
  return { name: linked.role, path: `/aws-service-role/${service}/` }
}

/** A role that the service alone may take and change. Raises `InputInvalid` where it is there. */
export async function createLinkedRole(
  context: Needs<'accountRoles' | 'ground'>,
  call: Call,
  made: {
    readonly permit: Permit<'accountRole.createLinked'>
    readonly role: NamedRole
    readonly service: string
    readonly description?: string | undefined
  },
): Promise<AccountRole> {
  const { permit, role, service, description } = made
  const linked = lookUp(linkedServices, service)
  if (linked === undefined) throw invalidInput(`Service role name ${service} is not valid.`)
  if (role.held !== undefined)
    throw invalidInput(`Service role name ${linked.role} has been taken in this account, please try a different suffix.`)
  const trust = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }
  return addRole(context, call, {
    permit,
    role,
    value: {
      path: linkedRoleOf(service).path,
      description: description ?? linked.description,
      trustPolicy: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
      linkedTo: service,
      maxSessionSeconds: 3_600,
      tags: {},
      attachedPolicies: [linked.policy],
    },
  })
}

/** It is gone when the answer leaves. Raises `EntityNotFound`, also for a role that no service owns. */
export async function deleteLinkedRole(
  context: Needs<'credentialUses' | 'latestUses' | 'instance'>,
  call: Call,
  { permit, role }: { readonly permit: Permit<'accountRole.deleteLinked'>; readonly role: NamedRole },
): Promise<{ readonly arn: string; readonly value: AccountRole }> {
  const { value, ...held } = existing(permit, role)
  if (value.linkedTo === undefined) throw missing(role)
  role.records.remove(call, { ...held, value })
  await forgetUses(context, call, value.id)
  return { arn: role.arn, value }
}

/** The service that keeps keys the same in several Regions. */
const multiRegionKeys = 'mrk.kms.amazonaws.com'

/**
 * What keys in several Regions need of an account, made at the first of them with the caller's own right, as a call of its own.
 * Raises `AccessDenied` where the caller may not make it.
 */
export async function ensureMultiRegionRole(
  context: Needs<'accountRoles' | 'accounts' | 'instance' | 'ground' | 'access'>,
  call: Call,
): Promise<void> {
  const { acting } = call.who
  if (acting === undefined) return
  const role = await roleNamed(context, call, { accountId: acting.accountId, ...linkedRoleOf(multiRegionKeys) })
  if (role.held !== undefined) return
  const who = { ...call.who, acting: { ...acting, via: 'kms' } }
  await call.as({ who, operation: 'CreateServiceLinkedRole', plane: 'iam', resource: role.arn }, async child => {
    child.trail = { region: 'us-east-1', readOnly: false, parameters: { aWSServiceName: multiRegionKeys }, resources: [] }
    const found = foundEntity(role, key => (key === 'iam:awsservicename' ? multiRegionKeys : undefined))
    const permit = context.access.permit(child, 'accountRole.createLinked', found)
    await createLinkedRole(context, child, { permit, role, service: multiRegionKeys })
  })
}
