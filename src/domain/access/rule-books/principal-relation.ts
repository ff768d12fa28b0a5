import { lookUp } from '#model/names.ts'
import { issuerOf, type ActingInAccount } from '#model/principal.ts'
import type { NamedPrincipal, Principals } from '#domain/access/policy-documents/syntax.ts'

/**
 * How a name in a document concerns whoever acts. `self`: the user, the session, the service alone. `role`: whose rights the session has, a role's or
 * the user's who vouches for it.
 * `account`: the account, which may pass the right on to its own by their policies.
 */
export type Relation = 'everyone' | 'self' | 'role' | 'account'

type Bound = Readonly<Record<string, string>> | undefined

/** By unique id where the document knows one; a name alone is enough only where nobody was bound to it. */
function byArn(arn: string, acting: ActingInAccount, bound: Bound): Relation | undefined {
  const id = bound && lookUp(bound, arn)
  if (arn.includes(':assumed-role/')) return isSession(arn, acting, id) ? 'self' : undefined
  if (id !== undefined) return byId(id, acting)
  if (acting.kind === 'user' || arn.includes(':federated-user/')) return arn === acting.arn ? 'self' : undefined
  return arn === issuerOf(acting)?.arn ? 'role' : undefined
}

const isSession = (arn: string, acting: ActingInAccount, roleId: string | undefined): boolean =>
  acting.kind === 'session' && arn === acting.arn && (roleId === undefined || roleId === acting.role?.id)

function byId(id: string, acting: ActingInAccount): Relation | undefined {
  if (id === acting.userId && (acting.kind === 'user' || acting.kind === 'session')) return 'self'
  return id === issuerOf(acting)?.id ? 'role' : undefined
}

export function relationTo(named: NamedPrincipal, acting: ActingInAccount, bound?: Bound): Relation | undefined {
  if (named.kind === 'everyone') return 'everyone'
  if (named.kind === 'account')
    return named.account === acting.accountId && acting.kind !== 'service' && acting.kind !== 'federated' ? 'account' : undefined
  if (named.kind === 'arn') return byArn(named.arn, acting, bound)
  if (named.kind === 'id') return byId(named.id, acting)
  return named.kind === acting.kind && named.name === acting.arn ? 'self' : undefined
}

/** Is whoever acts excepted from a statement on all others? The account must be named, and within it the user, the role or the session. */
function isExcepted(found: ReadonlySet<Relation>, { kind }: ActingInAccount): boolean {
  if (found.has('everyone')) return true
  if (kind === 'root') return found.has('account')
  const itself = found.has('self') || found.has('role')
  return kind === 'service' || kind === 'federated' ? itself : itself && found.has('account')
}

export interface Whom {
  readonly acting: ActingInAccount
  readonly bound?: Bound
  /** Nobody with a boundary is ever excepted from a statement on all others. */
  readonly bounded: boolean
}

/** The relations by which a statement is about whoever acts; none: it is not. */
export function relationsOf({ not, named }: Principals, { acting, bound, bounded }: Whom): ReadonlySet<Relation> {
  const found = new Set(named.flatMap(one => relationTo(one, acting, bound) ?? []))
  if (!not) return found
  const excepted = !bounded && isExcepted(found, acting)
  return new Set<Relation>(excepted ? [] : ['everyone'])
}

const rootOfAccount = /^(?:arn:aws(?:-cn|-us-gov)?:iam::)?(\d{12})(?::root)?$/

/** A grant names one principal, as an ARN, a unique id or a service's name. */
export function relationToGrantee(grantee: string, acting: ActingInAccount): Relation | undefined {
  const account = rootOfAccount.exec(grantee)?.[1]
  if (account !== undefined) return relationTo({ kind: 'account', account }, acting)
  if (grantee.startsWith('arn:')) return relationTo({ kind: 'arn', arn: grantee }, acting)
  return relationTo(acting.kind === 'service' ? { kind: 'service', name: grantee } : { kind: 'id', id: grantee }, acting)
}
