import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { GivenGrant, OwnedFacts } from '#domain/access/permit.ts'
import type { AccountKey } from '#domain/account-keys/records.ts'
import { grantOperations, takesContext, type GrantOperation } from './grant-operations.ts'

type Pairs = Readonly<Record<string, string>>

export interface GrantConstraints {
  readonly equals?: Pairs | undefined
  readonly subset?: Pairs | undefined
  readonly sourceArn?: string | undefined
}

/** A grant as it is asked for. */
export interface GrantRequest {
  readonly operations: readonly GrantOperation[]
  readonly grantee?: string | undefined
  readonly granteeService?: string | undefined
  readonly retiring?: string | undefined
  readonly retiringService?: string | undefined
  readonly constraints?: GrantConstraints | undefined
  readonly name?: string | undefined
}

const pairsMax = 8
const valueMax = 384

export const invalidGrant = (message: string): Problem => new Problem({ code: 'ValidationFailed', details: { message } })

/** What is wrong with it whatever the key is. Raises `ValidationFailed`. */
export function assertGrantSound(request: GrantRequest): void {
  const flaw = flawOfPrincipals(request) ?? flawOfConstraints(soundConstraints(request.constraints))
  if (flaw !== undefined) throw invalidGrant(flaw)
}

function flawOfPrincipals(request: GrantRequest): string | undefined {
  const { grantee, granteeService, retiring, retiringService } = request
  const grantees = [grantee, granteeService].filter(name => name !== undefined).length
  if (grantees === 0) return 'You must specify either GranteePrincipal or GranteeServicePrincipal.'
  if (grantees > 1) return 'You cannot specify both GranteePrincipal and GranteeServicePrincipal.'
  if (retiring !== undefined && retiringService !== undefined)
    return 'You cannot specify both RetiringPrincipal and RetiringServicePrincipal.'
  return granteeService === undefined ? undefined : flawOfService(request)
}

function flawOfService({ retiring, retiringService, constraints }: GrantRequest): string | undefined {
  if (constraints?.sourceArn === undefined) return 'You must specify a SourceArn grant constraint when you specify GranteeServicePrincipal.'
  return (retiring ?? retiringService) === undefined
    ? 'You must specify a RetiringPrincipal or RetiringServicePrincipal when you specify GranteeServicePrincipal.'
    : undefined
}

function flawOfConstraints(constraints: GrantConstraints | undefined): string | undefined {
  const { equals, subset } = constraints ?? {}
  if (equals !== undefined && subset !== undefined) return 'More than one constraint supplied'
  const pairs = Object.entries(equals ?? subset ?? {})
  if (pairs.length > pairsMax) return `A grant constraint can have at most ${pairsMax} encryption context pairs.`
  return pairs.some(([, value]) => value.length > valueMax)
    ? `The encryption context value of a grant constraint can have at most ${valueMax} characters.`
    : undefined
}

/** What does not fit the key. Raises `ValidationFailed`. */
export function assertGrantFits({ operations, constraints }: GrantRequest, key: AccountKey): void {
  const misfit = operations.find(operation => !grantOperations[operation](key))
  if (misfit !== undefined)
    throw invalidGrant(`Operation ${misfit} is not supported on a key with key spec ${key.spec} and key usage ${key.usage}.`)
  const { equals, subset } = soundConstraints(constraints) ?? {}
  if (!takesContext(key) && (equals ?? subset) !== undefined)
    throw invalidGrant('Encryption context grant constraints are supported only on symmetric encryption keys.')
}

/** Without what constrains nothing: a subset of no pairs beside another constraint, or alone. */
export function soundConstraints(constraints: GrantConstraints | undefined): GrantConstraints | undefined {
  const { equals, subset, sourceArn } = constraints ?? {}
  const subsets = hasPairs(subset)
  // Clients that always send both send the one that is not meant empty; alone, an exact constraint of nothing is one: no context at all.
  const exact = hasPairs(equals) || (equals !== undefined && !subsets)
  const sound = { ...(exact && { equals }), ...(subsets && { subset }), ...(sourceArn !== undefined && { sourceArn }) }
  return Object.keys(sound).length === 0 ? undefined : sound
}

const hasPairs = (pairs: Pairs | undefined): boolean => pairs !== undefined && Object.keys(pairs).length > 0

/** What a grant that is given by another's word must stay within. */
export function grantOf({ operations, constraints }: GrantRequest): Pick<GivenGrant, 'operations' | 'constraints'> {
  const sound = soundConstraints(constraints)
  if (sound === undefined) return { operations }
  const { equals, subset, sourceArn } = sound
  return {
    operations,
    constraints: {
      ...(equals !== undefined && { equals }),
      ...(subset !== undefined && { subset }),
      ...(sourceArn !== undefined && { sourceArn }),
    },
  }
}

/** Does a service ask that acts for somebody? Of every request that gives, lists or takes back grants (aws-kms.md 4.4). */
export const grantCallFacts =
  ({ who }: Call): OwnedFacts =>
  name =>
    name === 'kms:grantisforawsresource' ? String(who.acting?.via !== undefined) : undefined

/** What policies may ask of a grant that is to be. */
export function grantFacts(request: GrantRequest): OwnedFacts {
  const { equals, subset } = soundConstraints(request.constraints) ?? {}
  const pairs = equals ?? subset
  const facts: Readonly<Record<string, string | readonly string[] | undefined>> = {
    'kms:grantoperations': request.operations,
    'kms:granteeprincipal': request.grantee,
    'kms:retiringprincipal': request.retiring,
    'kms:grantconstrainttype':
      equals !== undefined ? 'EncryptionContextEquals' : subset !== undefined ? 'EncryptionContextSubset' : undefined,
    'kms:encryptioncontextkeys': pairs && Object.keys(pairs),
  }
  return name => (Object.hasOwn(facts, name) ? facts[name] : contextFact(pairs, name))
}

const contextKey = 'kms:encryptioncontext:'

/** The part behind the name counts without its case. */
function contextFact(pairs: Pairs | undefined, name: string): string | undefined {
  if (pairs === undefined || !name.startsWith(contextKey)) return undefined
  const wanted = name.slice(contextKey.length)
  return pairs[wanted] ?? Object.entries(pairs).find(([key]) => key.toLowerCase() === wanted.toLowerCase())?.[1]
}
