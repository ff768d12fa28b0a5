import type { NamedDocument } from '#domain/access/account-entities.ts'
import type { ActingInAccount } from '#model/principal.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assumedRoleArn, groupArn } from './arn.ts'
import type { NamedGroup, NamedRole, NamedUser } from './entities.ts'
import type { PolicyHolder } from './inline-policies.ts'
import { documentInForce, policyOfArn } from './managed-policies.ts'
import { groupsOfUser } from './users.ts'

type Policies = Needs<'accountPolicies' | 'accountGroups' | 'accounts' | 'instance'>

/** Everything that says what a user, group or role may, by the names that a simulation gives its documents. */
export interface HolderDocuments {
  /** As whom they would be asked. */
  readonly acting: ActingInAccount
  readonly identity: readonly NamedDocument[]
  readonly boundary?: NamedDocument
}

/** Of what is there: whoever asks has seen to it. */
export async function documentsOfHolder(
  context: Policies,
  call: Call,
  holder: NamedUser | NamedGroup | NamedRole,
): Promise<HolderDocuments> {
  const value = holder.held?.value
  const { accountId } = holder
  const own = value === undefined ? [] : await documentsOf(context, call, { accountId, type: holder.type, value })
  const ofGroups = holder.type === 'user' ? await documentsOfGroups(context, call, holder) : []
  const boundary = value !== undefined && 'boundary' in value ? value.boundary : undefined
  const limit = boundary === undefined ? undefined : await managed(context, call, { accountId, arn: boundary })
  return { acting: actingAs(holder), identity: [...own, ...ofGroups], ...(limit !== undefined && { boundary: limit }) }
}

async function documentsOfGroups(context: Policies, call: Call, user: NamedUser): Promise<readonly NamedDocument[]> {
  const groups = groupsOfUser(context, call, user)
  const all = await Promise.all(
    groups.map(async ({ value }) => documentsOf(context, call, { accountId: user.accountId, type: 'group', value })),
  )
  return all.flat()
}

async function documentsOf(
  context: Policies,
  call: Call,
  { accountId, type, value }: { readonly accountId: string; readonly type: string; readonly value: PolicyHolder },
): Promise<readonly NamedDocument[]> {
  const inline = Object.entries(value.inlinePolicies).map(([name, text]) => ({ name: `${type}_${value.name}_${name}`, text }))
  const attached = await Promise.all(value.attachedPolicies.map(async arn => managed(context, call, { accountId, arn })))
  return [...inline, ...attached]
}

/** A boundary that is not there lets nothing pass: an empty text is no document. */
async function managed(context: Policies, call: Call, at: { readonly accountId: string; readonly arn: string }): Promise<NamedDocument> {
  return { name: at.arn.slice(at.arn.lastIndexOf('/') + 1), text: documentInForce(await policyOfArn(context, call, at)) ?? '' }
}

/** A role acts in sessions; a group does not act, and stands for a member that nobody knows. */
function actingAs({ type, accountId, arn, name, held }: NamedUser | NamedGroup | NamedRole): ActingInAccount {
  const id = held?.value.id ?? ''
  const shared = {
    accountId,
    accessKeyId: '',
    sessionPolicies: [],
    tags: held !== undefined && 'tags' in held.value ? held.value.tags : {},
  }
  if (type !== 'role')
    return { ...shared, kind: 'user', arn: type === 'user' ? arn : groupArn({ accountId, path: '/', name }), userId: id, name }
  const session = 'simulation'
  return {
    ...shared,
    kind: 'session',
    arn: assumedRoleArn({ accountId, role: name, session }),
    userId: `${id}:${session}`,
    name,
    role: { id, arn },
  }
}
