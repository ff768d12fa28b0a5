import type { CompartmentId } from '#model/brands.ts'
import type { ActingInAccount, Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Session } from '#domain/sessions/session.ts'
import { assumedRoleArn, federatedUserArn, roleArn, rootArn, userArn } from './arn.ts'
import { givingNothing, policyTexts } from './session-policies.ts'

type Accounts = Needs<'accounts' | 'accountUsers' | 'accountRoles' | 'accountPolicies' | 'instance'>

const unknown = (): Problem => new Problem({ code: 'AccessKeyUnknown' })

/** Who a session is now: its role or user must still be the one that it was given for. Raises `SessionExpired`, `AccessKeyUnknown`. */
export async function sessionPrincipal(
  context: Accounts,
  call: Call,
  { accessKeyId, session }: { readonly accessKeyId: string; readonly session: Session },
): Promise<Principal> {
  if (call.at >= session.expiresAt) throw new Problem({ code: 'SessionExpired' })
  const account = await context.accounts.get(call, context.instance.installation, [session.accountId])
  if (account === undefined) throw unknown()
  const { accountId, issuedAt } = session
  const texts = await policyTexts(context, call, session)
  const shared = {
    accountId,
    accessKeyId,
    issuedAt,
    // Whoever is vouched for has what came with the session, and without any of it nothing (STS API Reference, "GetFederationToken").
    sessionPolicies: session.of.kind === 'federated' && texts.length === 0 ? [givingNothing] : texts,
    ...(session.sourceIdentity !== undefined && { sourceIdentity: session.sourceIdentity }),
    ...(session.federatedProvider !== undefined && { federatedProvider: session.federatedProvider }),
  }
  const standing = await standingOf(context, call, { session, compartment: account.value.compartment })
  const acting: ActingInAccount = { ...shared, ...standing }
  return {
    id: acting.userId,
    kind: acting.kind === 'session' || acting.kind === 'federatedUser' ? 'awsSession' : 'awsUser',
    tenant: accountId,
    credentialId: accessKeyId,
    authMethod: 'signature',
    acting,
  }
}

type Standing = Pick<ActingInAccount, 'kind' | 'arn' | 'userId' | 'name' | 'role' | 'user' | 'tags' | 'transitiveTagKeys'>

async function standingOf(
  context: Accounts,
  call: Call,
  { session, compartment }: { readonly session: Session; readonly compartment: CompartmentId },
): Promise<Standing> {
  const { accountId, of, tags, transitiveTagKeys } = session
  if (of.kind === 'root') return { kind: 'root', arn: rootArn(accountId), userId: accountId, tags }
  if (of.kind === 'user') {
    const user = await context.accountUsers.get(call, compartment, [of.name.toLowerCase()])
    if (user?.value.id !== of.id) throw unknown()
    const { name, tags: own } = user.value
    return { kind: 'user', arn: userArn(user.value), userId: of.id, name, tags: own }
  }
  if (of.kind === 'federated') return federatedStanding(context, call, { accountId, of, tags, compartment })
  const role = await context.accountRoles.get(call, compartment, [of.name.toLowerCase()])
  if (role?.value.id !== of.id) throw unknown()
  const { name } = role.value
  return {
    kind: 'session',
    arn: assumedRoleArn({ accountId, role: name, session: of.session }),
    userId: `${of.id}:${of.session}`,
    name,
    role: { id: of.id, arn: roleArn(role.value) },
    tags: overlaid(role.value.tags, tags),
    transitiveTagKeys,
  }
}

/** The user who vouches for it must still be there. */
async function federatedStanding(
  context: Accounts,
  call: Call,
  session: Pick<Session, 'accountId' | 'tags'> & {
    readonly of: Extract<Session['of'], { readonly kind: 'federated' }>
    readonly compartment: CompartmentId
  },
): Promise<Standing> {
  const { accountId, of, tags, compartment } = session
  const standing = { kind: 'federatedUser', arn: federatedUserArn(accountId, of.name), userId: `${accountId}:${of.name}` } as const
  if (of.user === undefined) return { ...standing, tags }
  const user = await context.accountUsers.get(call, compartment, [of.user.name.toLowerCase()])
  if (user?.value.id !== of.user.id) throw unknown()
  const { id, name } = user.value
  return { ...standing, user: { id, name, arn: userArn(user.value) }, tags: overlaid(user.value.tags, tags) }
}

type Tags = Readonly<Record<string, string>>

/** A session's tag takes the place of the role's whose key differs from its own in case alone (STS API Reference, "AssumeRole"). */
function overlaid(ofRole: Tags, ofSession: Tags): Tags {
  const taken = new Set(Object.keys(ofSession).map(key => key.toLowerCase()))
  return { ...Object.fromEntries(Object.entries(ofRole).filter(([key]) => !taken.has(key.toLowerCase()))), ...ofSession }
}
