import type { Call, Refused } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { considered, type Considered, type ConsideredAt } from './considered.ts'
import { placeNamed } from './explain-place.ts'
import { sentenceOf } from './explain-sentence.ts'
import { permissionNamed } from './explain-words.ts'
import { allPermissions, grantCommand } from './grant-command.ts'
import { principalNamed, type Named } from './named-principal.ts'
import { noFacts } from './permit.ts'
import { permissionRow, type Permission } from './permissions.ts'
import { policiesOf, type ConsideredPolicy } from './policies-of.ts'

export interface ExplainQuestion {
  readonly tenantId: string
  /** Object id, application id, user principal name or display name; of accounts an ARN or a unique id. */
  readonly principal: string
  /** `keys/sign`, an Azure action, `kms:Decrypt`, or a permission's own name; absent: all that the principal may do there. */
  readonly action?: string | undefined
  /** An ARM id, `vault` or `vault/key`; of accounts an ARN; absent: the root. */
  readonly scope?: string | undefined
}

export interface Explanation {
  readonly allow: boolean
  readonly principal: { readonly objectId: string; readonly appId?: string; readonly displayName: string; readonly type: Named['type'] }
  readonly action?: string
  readonly scope: string
  /** One sentence. */
  readonly because: string
  readonly considered: readonly Considered[]
  /** Rows of the vault's access policies that are for the principal or a group of it; they count where the vault goes by them. */
  readonly policies: readonly ConsideredPolicy[]
  /** The deny assignment that forbids it. */
  readonly denial?: { readonly id: string; readonly name: string }
  /** An assignment that grants the action elsewhere, else one that stands in scope. */
  readonly nearest?: Considered
  /** The command that would allow it; absent where it is allowed, or forbidden. */
  readonly grant?: readonly string[]
  /** All actions that are allowed there, when none was asked. */
  readonly allowed?: readonly string[]
}

/** Judges as the next request would be judged, and says why. Opens nothing. Raises `DirectoryObjectNotFound`, `InvalidParameter`. */
export async function explain(context: Context, call: Call, question: ExplainQuestion): Promise<Explanation> {
  const named = principalNamed(context, question)
  const on = question.scope === undefined ? rootScope : await placeNamed(context, call, question.scope)
  const place = on.at(-1) ?? ''
  const { id, appId, displayName, type, who } = named
  const asked = {
    principal: { objectId: id, ...(appId !== undefined && { appId }), displayName, type },
    scope: place === '' ? '/' : place,
    policies: policiesOf(context, who, on),
  }
  const at = { named, on, at: call.at }
  if (question.action === undefined) return { ...asked, ...everything(context, at) }
  const permission = permissionNamed(question.action)
  const action = permissionRow(permission).azure ?? permission
  const weighed = context.rbac.assignmentsOf(who).map(held => considered(context, held, { ...at, permission }))
  const ruling = context.access.judge({ who, permission, on, facts: noFacts, at: call.at })
  if (ruling.allowed) return { allow: true, ...asked, action, because: `Allowed by ${ruling.by}.`, considered: weighed }
  const because = sentenceOf({ displayName, ruling, considered: weighed, policies: asked.policies })
  return { allow: false, ...asked, action, because, considered: weighed, ...wayOut(ruling, { named, on, permission, weighed }) }
}

/** What is nearest, and what would allow it: nothing does while it is forbidden. */
function wayOut(
  ruling: Refused,
  {
    named,
    on,
    permission,
    weighed,
  }: Pick<ConsideredAt, 'named' | 'on'> & { readonly permission: Permission; readonly weighed: readonly Considered[] },
): Pick<Explanation, 'denial' | 'nearest' | 'grant'> {
  const nearest = weighed.find(one => one.grants) ?? weighed.find(one => one.inScope)
  const near = nearest === undefined ? {} : { nearest }
  if (ruling.denial !== undefined) return { ...near, denial: ruling.denial }
  const grant = grantCommand(permission, { on, to: named, byPolicies: ruling.because.includes('access-policy') })
  return { ...near, ...(grant !== undefined && { grant }) }
}

function everything(context: Context, asked: Omit<ConsideredAt, 'permission'>) {
  const { named, on, at } = asked
  const { who, displayName } = named
  const may = allPermissions.filter(permission => context.access.judge({ who, permission, on, facts: noFacts, at }).allowed)
  const all = context.rbac.assignmentsOf(who).map(held => considered(context, held, { ...asked, permission: undefined }))
  const because = `${displayName} may do ${may.length} kinds of things here, by ${all.filter(one => one.inScope).length} of ${all.length} role assignments.`
  const allowed = [...new Set(may.map(permission => permissionRow(permission).azure ?? permission))]
  return { allow: may.length > 0, because, considered: all, allowed }
}
