import { millis, scopeOf } from '#model/brands.ts'
import type { ActingInAccount } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { assertPermits, type Found, type OwnedFacts, type Permit } from '#domain/access/permit.ts'
import { permissionRow } from '#domain/access/permissions.ts'
import { assumedRoleArn, parseArn, roleArn } from '#domain/accounts/arn.ts'
import type { AccountRole } from '#domain/accounts/records.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import { giveSession, type GivenSession } from './give-session.ts'
import { packedPercentOf } from './packed-percent.ts'
import { roleFacts } from './role-facts.ts'
import { assertDuration, assertSessionPolicies, tagsOfSession, type RoleRequest } from './role-request.ts'

export type HeldRole = Held<AccountRole, readonly [name: string]>
type Assuming = 'accountSession.assumeRole' | 'accountSession.assumeRoleWithWebIdentity'

/** The role that an ARN names. One that is not there is denied like one that may not be had: nobody learns which. Raises `ValidationFailed`, `AccessDenied`. */
export async function roleToAssume(
  { accounts, accountRoles, instance }: Needs<'accounts' | 'accountRoles' | 'instance'>,
  call: Call,
  { arn, permission }: { readonly arn: string; readonly permission: Assuming },
): Promise<HeldRole> {
  const { service, accountId = '', resource = '' } = parseArn(arn) ?? {}
  if (service !== 'iam' || !resource.startsWith('role/'))
    throw new Problem({ code: 'ValidationFailed', details: { message: `${arn} is invalid` } })
  const account = await accounts.get(call, instance.installation, [accountId])
  const name = resource.slice(resource.lastIndexOf('/') + 1)
  const held = account && (await accountRoles.get(call, account.value.compartment, [name.toLowerCase()]))
  if (held === undefined || roleArn(held.value) !== arn) throw deniedRole(call, permission, arn)
  return held
}

/** As a rule book's own refusal is told. */
export function deniedRole(call: Call, permission: Assuming, arn: string): Problem {
  call.ruling = { allowed: false, because: 'no such role' }
  const { acting, id } = call.who
  const details = { action: permissionRow(permission).account ?? '', scope: arn, because: '', data: false, groups: 0, oid: id }
  return new Problem({ code: 'AccessDenied', details: { ...details, ...(acting !== undefined && { arn: acting.arn }) } })
}

/** What a permit for a role is asked of: its trust policy, and what the request says of itself. */
export function ownedRole(
  { value }: HeldRole,
  { request, region, claims }: { readonly request: RoleRequest; readonly region: string; readonly claims?: OwnedFacts },
): Found {
  const { accountId, trustPolicy, trusted, tags } = value
  const arn = roleArn(value)
  const facts = roleFacts(request, { region, roleTags: tags, ...(claims !== undefined && { claims }) })
  const bound = trusted === undefined ? {} : { bound: trusted }
  return { on: scopeOfRole(value), owned: { account: accountId, arn, kind: 'role', policy: trustPolicy, ...bound, facts } }
}

const scopeOfRole = (role: AccountRole) => scopeOf(['', `arn:aws:iam::${role.accountId}`, roleArn(role)])

export interface AssumedRole {
  readonly given: GivenSession
  readonly assumedRoleId: string
  readonly arn: string
  /** Of what may travel with a session, in per cent. */
  readonly packedPercent: number
  readonly sourceIdentity: string | undefined
}

interface Assumption {
  readonly permit: Permit<Assuming>
  readonly role: HeldRole
  readonly request: RoleRequest
  readonly acting: ActingInAccount
  readonly federatedProvider?: string
  /** Of what vouches for whoever asks: no session outlives it by being asked for. */
  readonly sourceIdentity?: string | undefined
}

/** A session of the role, narrowed by what was asked for. Raises `ValidationFailed`, `PolicyMalformed`, `PackedPolicyTooLarge`. */
export async function assumeRole(
  context: Needs<'accounts' | 'accountPolicies' | 'instance' | 'ground'>,
  call: Call,
  { permit, role, request, acting, federatedProvider, sourceIdentity }: Assumption,
): Promise<AssumedRole> {
  const { value } = role
  const { id, accountId, name, maxSessionSeconds } = value
  assertPermits(permit, scopeOfRole(value))
  assertDuration(request, { acting, maxSessionSeconds })
  await assertSessionPolicies(context, call, { request, accountId })
  const { tags, transitiveTagKeys } = tagsOfSession(request, acting)
  const policies = request.policy === undefined ? [] : [request.policy]
  const packedPercent = packedPercentOf({ policies, policyArns: request.policyArns, tags })
  const given = await giveSession(context, call, {
    accountId,
    of: { kind: 'role', id, name, session: request.sessionName },
    issuedAt: call.at,
    expiresAt: millis(call.at + request.durationSeconds * 1000),
    policies,
    policyArns: [...request.policyArns],
    tags,
    transitiveTagKeys,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(federatedProvider !== undefined && { federatedProvider }),
  })
  const arn = assumedRoleArn({ accountId, role: name, session: request.sessionName })
  return { given, assumedRoleId: `${id}:${request.sessionName}`, arn, packedPercent, sourceIdentity }
}
