import type { NamedDocument } from '#domain/access/account-entities.ts'
import { simulate, type MatchedStatement, type Simulated, type SimulatedPolicies } from '#domain/access/policy-simulation.ts'
import type { ActingInAccount } from '#model/principal.ts'
import { userArn } from '#domain/accounts/arn.ts'
import { foundArn, invalidInput } from '#domain/accounts/entities.ts'
import { compiledPolicies } from '#domain/access/policy-documents/compile.ts'
import type { HolderDocuments } from '#domain/accounts/holder-documents.ts'
import { enumOf, list, optional, structure, text } from '#protocols/aws/schemas.ts'
import { askedDocument, contextKeysIn } from '#protocols/awsiam/context-keys.ts'
import { sourceOf } from '#protocols/awsiam/policy-source.ts'
import { arn, document, paging } from '#protocols/awsiam/members.ts'
import { pageOf } from '#protocols/awsiam/pages.ts'
import { positionIn, statementSpans } from '#protocols/awsiam/positions.ts'
import { iamOperation, type Asked } from '#protocols/awsiam/site.ts'

const contextTypes = ['string', 'numeric', 'boolean', 'ip', 'binary', 'date'] as const
const documents = list(document)
const asking = {
  ActionNames: list(text({ min: 3, max: 128 })),
  ResourceArns: optional(list(text({ min: 1, max: 2_048 }))),
  ResourcePolicy: optional(document),
  ResourceOwner: optional(text({ min: 1, max: 2_048 })),
  CallerArn: optional(text({ min: 1, max: 2_048 })),
  ContextEntries: optional(
    list(
      structure({
        ContextKeyName: text({ min: 5, max: 256 }),
        ContextKeyValues: optional(list(text())),
        ContextKeyType: optional(enumOf(contextTypes.flatMap(type => [type, `${type}List` as const]))),
      }),
    ),
  ),
  ResourceHandlingOption: optional(text({ min: 1, max: 64 })),
  PermissionsBoundaryPolicyInputList: optional(documents),
  ...paging,
}

const named = (prefix: string, texts: readonly string[] = []): readonly NamedDocument[] =>
  texts.map((one, index) => ({ name: `${prefix}.${index + 1}`, text: one }))

const accountIn = (owner: string): string | undefined => /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(owner)?.[1]

interface Simulation {
  readonly Marker?: string
  readonly MaxItems?: number
  readonly ActionNames: readonly string[]
  readonly ResourceArns?: readonly string[]
  readonly ResourcePolicy?: string
  readonly ResourceOwner?: string
  readonly ContextEntries?: readonly { readonly ContextKeyName: string; readonly ContextKeyValues?: readonly string[] }[]
  readonly PermissionsBoundaryPolicyInputList?: readonly string[]
}

function policiesOf({ accountId, body }: Asked<Simulation>, own: HolderDocuments): SimulatedPolicies {
  const [limit, another] = named('PermissionsBoundaryPolicyInputList', body.PermissionsBoundaryPolicyInputList)
  if (another !== undefined) throw invalidInput('Only one permissions boundary policy can be simulated.')
  const boundary = limit ?? own.boundary
  const [resource] = named('ResourcePolicy', body.ResourcePolicy === undefined ? [] : [body.ResourcePolicy])
  return {
    acting: own.acting,
    identity: own.identity,
    account: accountIn(body.ResourceOwner ?? '') ?? accountId,
    context: new Map((body.ContextEntries ?? []).map(entry => [entry.ContextKeyName.toLowerCase(), entry.ContextKeyValues ?? []])),
    ...(boundary !== undefined && { boundary }),
    ...(resource !== undefined && { resource }),
  }
}

/** Of one simulation. */
const charactersMax = 8 * 1024 * 1024

/** A page of the answers, one for each action. */
function answered(asked: Asked<Simulation>, own: HolderDocuments) {
  const { body } = asked
  const compile = compiledPolicies(charactersMax)
  const policies = policiesOf(asked, own)
  for (const one of policies.identity) askedDocument(one.text, 'identity')
  if (policies.boundary !== undefined) askedDocument(policies.boundary.text, 'boundary')
  const resources = body.ResourceArns ?? ['*']
  const list = `Simulate ${JSON.stringify([body.ActionNames, resources])}`
  const numbered = body.ActionNames.map((action, at) => ({ action, at }))
  const { items, end } = pageOf(asked, { list, items: numbered, nameOf: ({ at }) => at.toString().padStart(9, '0') })
  const results = items.map(({ action }) => {
    const each = resources.map(resource => ({ resource, result: simulate(compile, policies, { action, resource }) }))
    return resultShape({ action, each, specific: body.ResourceArns !== undefined })
  })
  return { EvaluationResults: results, ...end }
}

interface Each {
  readonly resource: string
  readonly result: Simulated
}

/** What denies one denies all; what allows all is allowed. */
function decisionOf(each: readonly Each[]): Simulated['decision'] {
  const decisions = new Set(each.map(({ result }) => result.decision))
  if (decisions.has('explicitDeny')) return 'explicitDeny'
  return decisions.has('implicitDeny') ? 'implicitDeny' : 'allowed'
}

function resultShape({ action, each, specific }: { readonly action: string; readonly each: readonly Each[]; readonly specific: boolean }) {
  const decision = decisionOf(each)
  const deciding = each.filter(({ result }) => result.decision === decision)
  return {
    EvalActionName: action,
    EvalResourceName: each.length === 1 ? each[0]?.resource : '*',
    EvalDecision: decision,
    MatchedStatements: deciding.flatMap(({ result }) => result.matched.map(statementShape)),
    MissingContextValues: [...new Set(each.flatMap(({ result }) => result.missing))],
    ...boundaryShape(each.map(({ result }) => result)),
    ResourceSpecificResults: specific
      ? each.map(({ resource, result }) => ({
          EvalResourceName: resource,
          EvalResourceDecision: result.decision,
          MatchedStatements: result.matched.map(statementShape),
          MissingContextValues: result.missing,
          ...boundaryShape([result]),
        }))
      : undefined,
  }
}

const boundaryShape = (results: readonly Simulated[]) =>
  results.some(({ boundaryAllows }) => boundaryAllows !== undefined) && {
    PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: results.every(({ boundaryAllows }) => boundaryAllows === true) },
  }

function statementShape({ document: { name, text: written }, number }: MatchedStatement) {
  const span = statementSpans(written)[number - 1]
  return {
    SourcePolicyId: name,
    SourcePolicyType: 'IAM Policy',
    StartPosition: span && positionIn(written, span.start),
    EndPosition: span && positionIn(written, span.end),
  }
}

const simulatePrincipalPolicyOperation = iamOperation({
  name: 'SimulatePrincipalPolicy',
  permissions: ['account.simulatePrincipal'],
  input: structure({ PolicySourceArn: arn, PolicyInputList: optional(documents), ...asking }),
  async handle(asked) {
    const own = await sourceOf(asked, 'account.simulatePrincipal')
    const identity = [...own.identity, ...named('PolicyInputList', asked.body.PolicyInputList)]
    return answered(asked, { ...own, identity })
  },
})

/** A user of whom no more is known than what policies are given. */
const somebody = (accountId: string, caller: string = userArn({ accountId, path: '/', name: 'simulated' })): ActingInAccount => ({
  accountId,
  kind: 'user',
  arn: caller,
  userId: '',
  accessKeyId: '',
  sessionPolicies: [],
  tags: {},
})

const simulateCustomPolicyOperation = iamOperation({
  name: 'SimulateCustomPolicy',
  permissions: ['account.simulateCustom'],
  input: structure({ PolicyInputList: documents, ...asking }),
  handle(asked) {
    const { accountId, body, permit } = asked
    permit('account.simulateCustom', foundArn(accountId, '*'))
    return answered(asked, { acting: somebody(accountId, body.CallerArn), identity: named('PolicyInputList', body.PolicyInputList) })
  },
})

const getContextKeysForPrincipalPolicyOperation = iamOperation({
  name: 'GetContextKeysForPrincipalPolicy',
  permissions: ['account.readPrincipalContextKeys'],
  input: structure({ PolicySourceArn: arn, PolicyInputList: optional(documents) }),
  async handle(asked) {
    const { identity } = await sourceOf(asked, 'account.readPrincipalContextKeys')
    const texts = [...identity.map(one => one.text), ...(asked.body.PolicyInputList ?? [])]
    return { ContextKeyNames: contextKeysIn(texts) }
  },
})

const getContextKeysForCustomPolicyOperation = iamOperation({
  name: 'GetContextKeysForCustomPolicy',
  permissions: ['account.readContextKeys'],
  input: structure({ PolicyInputList: documents }),
  handle({ accountId, body, permit }) {
    permit('account.readContextKeys', foundArn(accountId, '*'))
    return { ContextKeyNames: contextKeysIn(body.PolicyInputList) }
  },
})

export const simulationOperations = [
  simulatePrincipalPolicyOperation,
  simulateCustomPolicyOperation,
  getContextKeysForPrincipalPolicyOperation,
  getContextKeysForCustomPolicyOperation,
]
