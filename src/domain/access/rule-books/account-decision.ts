import type { ActingInAccount } from '#model/principal.ts'
import type { Owned, OwnedFacts } from '#domain/access/permit.ts'
import type { CompiledPolicies, CompiledPolicy, CompiledStatement } from '#domain/access/policy-documents/compile.ts'
import type { PolicyPurpose } from '#domain/access/policy-documents/syntax.ts'
import type { OwnDocuments } from '#domain/access/account-entities.ts'
import { grantGives } from './given-grants.ts'
import { relationToGrantee, relationsOf, type Relation } from './principal-relation.ts'

export type DocumentKind = 'resource' | 'identity' | 'boundary' | 'session'

/** A statement that decides, and where it stands. */
export interface Deciding {
  readonly kind: DocumentKind
  readonly document: string
  /** Sid, or the number of its place. */
  readonly statement: string
}

export type Verdict =
  | { readonly allowed: true; readonly by: readonly Deciding[] | { readonly grant: string } | 'root' }
  | { readonly allowed: false; readonly denied: Deciding }
  /** No document of that kind allows it. `unreadable`: one is no policy, and nothing is allowed by it or beside it. */
  | { readonly allowed: false; readonly missing: DocumentKind; readonly unreadable?: string }

export interface AskedOfAccount {
  readonly acting: ActingInAccount
  /** `kms:Decrypt` */
  readonly action: string
  readonly owned: Owned
  readonly facts: OwnedFacts
  /** Does this action of keys work for other accounts at all? */
  readonly across: boolean
}

interface Read {
  readonly kind: DocumentKind
  readonly name: string
  readonly policy: CompiledPolicy
}

/** All that bears on one request. */
interface Bearing extends AskedOfAccount {
  readonly resource: Read | undefined
  readonly identity: readonly Read[]
  readonly boundary: Read | undefined
  readonly sessions: readonly Read[]
}

const purposes: Readonly<Record<Owned['kind'], PolicyPurpose>> = { key: 'key', bucket: 'bucket', role: 'trust', account: 'bucket' }

/** A key's policy and a role's trust are the root of all rights in it; of all else a policy of its account's own is enough. */
const isRooted = ({ owned, action }: AskedOfAccount): boolean =>
  owned.kind === 'key' || (owned.kind === 'role' && action.toLowerCase().startsWith('sts:'))

/** The decision (aws-kms.md 4.2): what denies anywhere wins; then what the thing itself, policies of whoever asks, and grants give. */
export function decide(asked: AskedOfAccount, own: OwnDocuments | undefined, compile: CompiledPolicies): Verdict {
  // Whoever is no more has no rights, whatever still names it.
  if (own === undefined) return { allowed: false, missing: 'identity' }
  const bearing = bearingOf(asked, own, compile)
  if ('unreadable' in bearing) return { allowed: false, missing: bearing.kind, unreadable: bearing.unreadable }
  const denied = denialIn(bearing)
  if (denied !== undefined) return { allowed: false, denied }
  // A service belongs to no account: where the thing's own document names it, that is enough, and nothing else gives it anything.
  if (asked.acting.kind !== 'service' && asked.acting.accountId !== asked.owned.account) return fromOtherAccount(bearing)
  return isRooted(asked) ? rooted(bearing) : open(bearing)
}

/** Opens the thing's own document it to whoever asks, directly or through its account? What policies of theirs say is not asked. */
export function opensTo(asked: AskedOfAccount, compile: CompiledPolicies): boolean {
  const alone = bearingOf({ ...asked, acting: { ...asked.acting, sessionPolicies: [] } }, { identity: [] }, compile)
  return !('unreadable' in alone) && denialIn(alone) === undefined && givenBy(alone).size > 0
}

/** A document with the rules by which it is read. */
export interface BearingDocument {
  readonly kind: DocumentKind
  readonly name: string
  readonly text: string
  readonly purpose: PolicyPurpose
}

/** Every document that bears on a request: the thing's own, then those of whoever asks. */
export function documentsOn({ owned, acting }: AskedOfAccount, own: OwnDocuments): readonly BearingDocument[] {
  const documents: BearingDocument[] = []
  if (owned.policy !== undefined)
    documents.push({ kind: 'resource', name: resourceName(owned), text: owned.policy, purpose: purposes[owned.kind] })
  for (const one of own.identity) documents.push({ kind: 'identity', purpose: 'identity', ...one })
  if (own.boundary !== undefined) documents.push({ kind: 'boundary', purpose: 'boundary', ...own.boundary })
  for (const text of acting.sessionPolicies) documents.push({ kind: 'session', purpose: 'session', name: 'session policy', text })
  return documents
}

function bearingOf(
  asked: AskedOfAccount,
  own: OwnDocuments,
  compile: CompiledPolicies,
): Bearing | { readonly unreadable: string; readonly kind: DocumentKind } {
  const read: Read[] = []
  for (const { kind, name, text, purpose } of documentsOn(asked, own)) {
    const policy = compile(text, purpose)
    if (policy === undefined) return { unreadable: name, kind }
    read.push({ kind, name, policy })
  }
  const first = (kind: DocumentKind): Read | undefined => read.find(one => one.kind === kind)
  const all = (kind: DocumentKind): readonly Read[] => read.filter(one => one.kind === kind)
  return { ...asked, resource: first('resource'), identity: all('identity'), boundary: first('boundary'), sessions: all('session') }
}

const resourceName = ({ kind, arn }: Owned): string => `${kind === 'role' ? 'trust' : kind} policy of ${arn}`

const decidingBy = ({ kind, name }: Read, { sid, number }: CompiledStatement): Deciding => ({
  kind,
  document: name,
  statement: sid ?? String(number),
})

/** The first statement of that effect that holds for the request; whom it names is asked apart. */
function stating({ policy }: Read, effect: 'Allow' | 'Deny', { action, owned, facts }: AskedOfAccount): readonly CompiledStatement[] {
  return policy.naming(action).filter(one => one.effect === effect && one.holds(owned.arn, facts))
}

const relations = ({ principals }: CompiledStatement, { acting, owned, boundary }: Bearing): ReadonlySet<Relation> =>
  principals === undefined
    ? new Set()
    : relationsOf(principals, { acting, bounded: boundary !== undefined, ...(owned.bound !== undefined && { bound: owned.bound }) })

function denialIn(bearing: Bearing): Deciding | undefined {
  const { resource, identity, boundary, sessions } = bearing
  const ofResource = resource && stating(resource, 'Deny', bearing).find(one => relations(one, bearing).size > 0)
  if (resource !== undefined && ofResource !== undefined) return decidingBy(resource, ofResource)
  for (const document of [...identity, ...(boundary === undefined ? [] : [boundary]), ...sessions]) {
    const [first] = stating(document, 'Deny', bearing)
    if (first !== undefined) return decidingBy(document, first)
  }
  return undefined
}

/** What the thing's own document gives, by how it names whoever asks. */
function givenBy({ resource, ...rest }: Bearing): ReadonlyMap<Relation, Deciding> {
  const given = new Map<Relation, Deciding>()
  if (resource === undefined) return given
  for (const one of stating(resource, 'Allow', rest))
    for (const relation of relations(one, { ...rest, resource }))
      if (isGiven(relation, rest)) given.getOrInsertComputed(relation, () => decidingBy(resource, one))
  return given
}

/** Everyone is everyone with an identity in some account: services, and whom an issuer vouches for, must be named. */
const isGiven = (relation: Relation, { acting }: AskedOfAccount): boolean =>
  relation !== 'everyone' || (acting.kind !== 'service' && acting.kind !== 'federated')

const allowing = (document: Read, asked: AskedOfAccount): Deciding | undefined => {
  const [first] = stating(document, 'Allow', asked)
  return first && decidingBy(document, first)
}

function firstAllowing(documents: readonly Read[], asked: AskedOfAccount): Deciding | undefined {
  for (const document of documents) {
    const found = allowing(document, asked)
    if (found !== undefined) return found
  }
  return undefined
}

type Missing = { readonly allowed: false; readonly missing: DocumentKind }
const missing = (kind: DocumentKind): Missing => ({ allowed: false, missing: kind })

/** What limits whatever is given: the boundary, and the session's policies, of which one is enough. */
function limit(bearing: Bearing): Missing | undefined {
  if (bearing.boundary !== undefined && allowing(bearing.boundary, bearing) === undefined) return missing('boundary')
  if (bearing.sessions.length > 0 && firstAllowing(bearing.sessions, bearing) === undefined) return missing('session')
  return undefined
}

/** What policies of whoever asks give. The account's root has none, and needs none. */
function ownRight(bearing: Bearing): readonly Deciding[] | Missing {
  if (bearing.acting.kind === 'root') return []
  if (bearing.acting.kind === 'federatedUser' && bearing.acting.user === undefined) return rightsOfRoot(bearing)
  const own = firstAllowing(bearing.identity, bearing)
  if (own === undefined) return missing('identity')
  return limit(bearing) ?? [own]
}

/** The root has every right: whom it vouches for has those that came with the session. */
function rightsOfRoot(bearing: Bearing): readonly Deciding[] | Missing {
  const given = firstAllowing(bearing.sessions, bearing)
  return given === undefined ? missing('session') : [given]
}

/** Given to the user, the session or everyone: no boundary limits that. To the role: what limits its sessions still does. */
function givenDirectly(given: ReadonlyMap<Relation, Deciding>, bearing: Bearing): Verdict | undefined {
  const direct = given.get('self') ?? given.get('everyone')
  if (direct !== undefined) return { allowed: true, by: [direct] }
  const toRole = given.get('role')
  if (toRole === undefined) return undefined
  return limit(bearing) ?? { allowed: true, by: [toRole] }
}

const asVerdict = (by: readonly Deciding[], own: readonly Deciding[] | Missing): Verdict =>
  'missing' in own ? own : { allowed: true, by: [...by, ...own] }

/** The document of the thing decides, or passes the decision to its account by naming it; a grant gives beside it. */
function rooted(bearing: Bearing): Verdict {
  const given = givenBy(bearing)
  const direct = givenDirectly(given, bearing)
  if (direct?.allowed === true) return direct
  const account = given.get('account')
  const passed = account && asVerdict([account], ownRight(bearing))
  if (passed?.allowed === true) return passed
  return grantIn(bearing) ?? direct ?? passed ?? missing('resource')
}

function open(bearing: Bearing): Verdict {
  const direct = givenDirectly(givenBy(bearing), bearing)
  if (direct?.allowed === true) return direct
  if (bearing.acting.kind === 'root') return { allowed: true, by: 'root' }
  return asVerdict([], ownRight(bearing))
}

/** Both accounts must agree: the thing's document, and policies of whoever asks. A grant that names who asks is enough. */
function fromOtherAccount(bearing: Bearing): Verdict {
  const { owned, across } = bearing
  if (owned.kind === 'account' || (owned.kind === 'key' && !across)) return missing('resource')
  const [by] = givenBy(bearing).values()
  const both = by && asVerdict([by], ownRight(bearing))
  if (both?.allowed === true) return both
  return grantIn(bearing) ?? both ?? missing('resource')
}

/** A grant that names the account leaves it to policies there, as a key policy does. */
function grantIn(bearing: Bearing): Verdict | undefined {
  const { owned, action, acting } = bearing
  if (owned.kind !== 'key' || owned.grants === undefined) return undefined
  const operation = action.slice(action.indexOf(':') + 1)
  let limited: Verdict | undefined
  for (const grant of owned.grants) {
    const relation = relationToGrantee(grant.grantee, acting)
    if (relation === undefined || !grantGives(grant, operation, bearing)) continue
    const own = relation === 'self' ? [] : relation === 'role' ? limit(bearing) : ownRight(bearing)
    if (own === undefined || !('missing' in own)) return { allowed: true, by: { grant: grant.id } }
    limited = own
  }
  return limited
}
