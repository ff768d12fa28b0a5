import { anonymous, type Principal } from '#model/principal.ts'
import type { Owned, OwnedFacts, Question, RuleBook } from '#domain/access/permit.ts'
import { permissionRow } from '#domain/access/permissions.ts'
import { compiledPolicies, type CompiledStatement } from '#domain/access/policy-documents/compile.ts'

const compiledMax = 4 * 1024 * 1024

/** What is known of a request that nobody signed, by the names of aws-kms.md 4.4. */
function factsOf({ at, source }: Question, owned: Owned): OwnedFacts {
  const now = at === undefined ? undefined : Temporal.Instant.fromEpochMilliseconds(at).toString({ smallestUnit: 'second' })
  const known: Readonly<Record<string, string | undefined>> = {
    'aws:securetransport': 'true',
    'aws:principaltype': 'Anonymous',
    'aws:sourceip': source?.sourceIp,
    'aws:useragent': source?.userAgent,
    'aws:currenttime': now,
    'aws:resourceaccount': owned.account,
  }
  return name => known[name] ?? owned.facts(name)
}

/** Everyone is named, or it is said who is not meant, and nobody in particular is nobody of those. */
const meansNobody = ({ principals }: CompiledStatement): boolean =>
  principals !== undefined && (principals.not || principals.named.some(({ kind }) => kind === 'everyone'))

const isNobody = ({ kind }: Principal): boolean => kind === anonymous.kind

/**
 * Requests to buckets that nobody signed: the bucket's own policy decides, and lets in only by a statement for everyone. What forbids public
 * policies has taken the policy away before it comes here (protocols/awss3/owned.ts).
 */
export function publicBucketBook(): RuleBook {
  const compile = compiledPolicies(compiledMax)
  const statementsOf = ({ policy }: Owned, action: string): readonly CompiledStatement[] =>
    (policy === undefined ? undefined : compile(policy, 'bucket'))?.naming(action) ?? []
  return question => {
    const { who, owned, permission } = question
    const { account: action } = permissionRow(permission)
    if (!isNobody(who) || owned?.kind !== 'bucket' || action === undefined) return undefined
    const facts = factsOf(question, owned)
    const holding = statementsOf(owned, action).filter(one => meansNobody(one) && one.holds(owned.arn, facts))
    const allows = holding.find(({ effect }) => effect === 'Allow')
    if (allows === undefined || holding.some(({ effect }) => effect === 'Deny')) return { allowed: false, because: 'no-public-statement' }
    return { allowed: true, by: `statement ${allows.sid ?? allows.number} of bucket policy of ${owned.arn}` }
  }
}
