import type { GivenGrant, Owned, OwnedFacts } from '#domain/access/permit.ts'

type Pairs = Readonly<Record<string, string>>
type Constraints = NonNullable<GivenGrant['constraints']>

const within = (wanted: Pairs, said: Pairs): boolean =>
  Object.entries(wanted).every(([key, value]) => Object.hasOwn(said, key) && said[key] === value)
const equal = (wanted: Pairs, said: Pairs): boolean => Object.keys(wanted).length === Object.keys(said).length && within(wanted, said)

/** Constraints on the encryption context hold where there can be one: these two have none (aws-kms.md 4.3). */
const withoutContext: ReadonlySet<string> = new Set(['DescribeKey', 'RetireGrant'])

interface Request {
  readonly owned: Owned
  readonly facts: OwnedFacts
}

/** Gives a grant an operation of its key in this request? `operation`: `Decrypt`. */
export function grantGives(grant: GivenGrant, operation: string, { owned, facts }: Request): boolean {
  if (!grant.operations.includes(operation) || !sourceFits(grant, operation, facts)) return false
  if (operation === 'CreateGrant') return owned.child !== undefined && childWithin(grant, owned.child)
  return withoutContext.has(operation) || contextFits(grant.constraints ?? {}, owned.encryptionContext ?? {})
}

function sourceFits({ constraints }: GivenGrant, operation: string, facts: OwnedFacts): boolean {
  return constraints?.sourceArn === undefined || operation === 'RetireGrant' || facts('aws:sourcearn') === constraints.sourceArn
}

const contextFits = ({ equals, subset }: Constraints, context: Pairs): boolean =>
  (equals === undefined || equal(equals, context)) && (subset === undefined || within(subset, context))

/** Whoever gives on by a grant gives no more than it has: fewer operations, the same constraint or a narrower one (aws-kms.md 4.3). */
function childWithin(parent: GivenGrant, child: Pick<GivenGrant, 'operations' | 'constraints'>): boolean {
  if (!child.operations.every(operation => parent.operations.includes(operation))) return false
  return atLeastAsNarrow(parent.constraints ?? {}, child.constraints ?? {})
}

function atLeastAsNarrow(parent: Constraints, child: Constraints): boolean {
  if (parent.sourceArn !== undefined && parent.sourceArn !== child.sourceArn) return false
  if (parent.equals !== undefined) return child.equals !== undefined && equal(parent.equals, child.equals)
  if (parent.subset === undefined) return true
  return within(parent.subset, child.equals ?? child.subset ?? {})
}
