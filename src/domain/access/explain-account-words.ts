import { rootArn } from '#domain/accounts/arn.ts'
import type { NamedInAccount } from './account-principal.ts'
import type { Found } from './permit.ts'
import type { ConsideredStatement } from './rule-books/account-considered.ts'
import type { Deciding, DocumentKind, Verdict } from './rule-books/account-decision.ts'

interface Told {
  readonly verdict: Verdict
  readonly action: string
  readonly named: NamedInAccount
  readonly documents: readonly ConsideredStatement[]
}

const spelled = ({ document, statement }: Deciding): string => `statement ${statement} of ${document}`

/** By what, or why not, in one sentence: what forbids it, what is nearest, or that there is nothing. */
export function sentenceOfAccount({ verdict, action, named, documents }: Told): string {
  if (verdict.allowed) {
    if (verdict.by === 'root') return 'Allowed: the root of an account may do everything in it that nothing forbids.'
    return 'grant' in verdict.by ? `Allowed by grant ${verdict.by.grant}.` : `Allowed by ${verdict.by.map(spelled).join(' and ')}.`
  }
  if ('denied' in verdict) return `${capital(spelled(verdict.denied))} forbids it, whatever else says.`
  if (verdict.unreadable !== undefined) return `${capital(verdict.unreadable)} cannot be read, and nothing is allowed beside it.`
  return `${absent(verdict.missing, action, named)}${nearest(verdict.missing, documents)}`
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

function absent(missing: DocumentKind, action: string, { arn }: NamedInAccount): string {
  const sentences: Readonly<Record<DocumentKind, string>> = {
    resource: `The policy of the thing itself gives ${action} neither to ${arn} nor to its account.`,
    identity: `No policy of ${arn} allows ${action} here.`,
    boundary: `The permissions boundary of ${arn} does not allow ${action} here.`,
    session: `The policies of the session do not allow ${action} here.`,
  }
  return sentences[missing]
}

/** A statement of the same kind of document that would give it, but for its resources or conditions. */
function nearest(kind: DocumentKind, documents: readonly ConsideredStatement[]): string {
  const near = documents.find(one => one.kind === kind && one.effect === 'Allow' && one.counts !== 'yes')
  if (near === undefined) return ''
  const why =
    near.counts === 'others' ? 'it is for other principals' : 'its resource or its conditions do not fit a request that says nothing more'
  return ` ${capital(spelled(near))} names it, but ${why}.`
}

/** What would allow it. */
export interface WayOut {
  /** The command, where one does. */
  readonly grant?: readonly string[]
  /** The statement to add, and to which document. */
  readonly add?: { readonly document: string; readonly statement: Readonly<Record<string, unknown>> }
}

/** What a grant may name (aws-kms.md 4.3). */
const grantable =
  /^kms:(?:CreateGrant|Decapsulate|Decrypt|DeriveSharedSecret|DescribeKey|Encapsulate|Encrypt|GenerateDataKey(?:Pair)?(?:WithoutPlaintext)?|GenerateMac|GetPublicKey|ReEncryptFrom|ReEncryptTo|RetireGrant|Sign|Verify|VerifyMac)$/

interface Refused {
  readonly verdict: Extract<Verdict, { readonly allowed: false }>
  readonly action: string
  readonly named: NamedInAccount
  readonly found: Found
}

/** Nothing does while a statement forbids it. */
export function wayOutOf({ verdict, action, named, found }: Refused): WayOut {
  if ('denied' in verdict || verdict.unreadable !== undefined) return {}
  const { arn = '*', kind = 'account' } = found.owned ?? {}
  if (verdict.missing === 'resource') return byThing({ action, named, arn, isKey: kind === 'key' })
  const statement = { Effect: 'Allow', Action: action, Resource: arn }
  return verdict.missing === 'identity' ? byOwnPolicy(statement, named) : { add: { document: limits[verdict.missing], statement } }
}

const limits = { boundary: 'the permissions boundary', session: 'the policy of the session' } as const

function byOwnPolicy(statement: { readonly Action: string }, { type, name = '' }: NamedInAccount): WayOut {
  const text = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const words = ['--policy-name', `allow-${statement.Action.replace(':', '-')}`, '--policy-document', text]
  return {
    grant: ['aws', 'iam', `put-${type}-policy`, `--${type}-name`, name, ...words],
    add: { document: `a policy of ${type} ${name}`, statement },
  }
}

function byThing({
  action,
  named,
  arn,
  isKey,
}: Pick<Told, 'action' | 'named'> & { readonly arn: string; readonly isKey: boolean }): WayOut {
  const { acting } = named.who
  const principal = named.type === 'root' ? rootArn(acting?.accountId ?? '') : named.arn
  const statement = { Effect: 'Allow', Principal: { AWS: principal }, Action: action, Resource: isKey ? '*' : arn }
  const add = { document: `the policy of ${arn}`, statement }
  if (!isKey || !grantable.test(action)) return { add }
  const operation = action.slice('kms:'.length)
  return { grant: ['aws', 'kms', 'create-grant', '--key-id', arn, '--grantee-principal', principal, '--operations', operation], add }
}
