// Policies of accounts once more, slowly and from the reference (aws-kms.md 4.2, 4.3, 4.5): nothing of the code's own evaluator is used here.
// Documents are taken as their statements; every question tries every statement, every name and every division of a text.

export type OneOrMore = string | readonly string[]

export interface ModelStatement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: ModelPrincipals
  readonly NotPrincipal?: ModelPrincipals
  readonly Action?: OneOrMore
  readonly NotAction?: OneOrMore
  readonly Resource?: OneOrMore
  readonly NotResource?: OneOrMore
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>
}
export type ModelPrincipals = '*' | { readonly AWS: OneOrMore }
export type ModelDocument = readonly ModelStatement[]

export interface ModelEntity {
  readonly account: string
  /** ARN of the user, or of the role. */
  readonly arn: string
  readonly policies: readonly ModelDocument[]
  readonly boundary: ModelDocument | undefined
}

export interface ModelGrant {
  readonly grantee: string
  readonly operations: readonly string[]
  readonly equals?: Readonly<Record<string, string>>
  readonly subset?: Readonly<Record<string, string>>
}

export type ModelFacts = Readonly<Record<string, string | readonly string[]>>

export interface ModelQuestion {
  readonly account: string
  /** Absent: the account's root. */
  readonly entity: ModelEntity | undefined
  /** Of a session: its own ARN. */
  readonly session: string | undefined
  readonly sessionPolicies: readonly ModelDocument[]
  readonly action: string
  readonly across: boolean
  readonly thing: 'key' | 'bucket' | 'account'
  readonly arn: string
  readonly home: string
  readonly document: ModelDocument | undefined
  readonly grants: readonly ModelGrant[]
  readonly context: Readonly<Record<string, string>>
  /** By condition key in lower case. */
  readonly facts: ModelFacts
}

const list = (values: OneOrMore | undefined): readonly string[] =>
  values === undefined ? [] : typeof values === 'string' ? [values] : values

type Token = { readonly letter: string } | 'one' | 'run'

/** `undefined`: a variable in it stands for nothing. */
function tokensOf(pattern: string, wild: boolean, facts: ModelFacts): readonly Token[] | undefined {
  const variable = /^\$\{([^}]*)\}/.exec(pattern)
  if (pattern === '') return []
  let [first, rest]: [readonly Token[] | undefined, string] = [[], pattern.slice(1)]
  if (variable !== null) {
    rest = pattern.slice(variable[0].length)
    const [key = '', fallback] = (variable[1] ?? '').split(", '")
    const said = ['*', '?', '$'].includes(key) ? key : facts[key.toLowerCase()]
    const text = typeof said === 'string' ? said : fallback?.slice(0, -1)
    first = text === undefined ? undefined : text.split('').map(letter => ({ letter }))
  } else if (wild && pattern.startsWith('*')) first = ['run']
  else if (wild && pattern.startsWith('?')) first = ['one']
  else first = [{ letter: pattern.slice(0, 1) }]
  const others = tokensOf(rest, wild, facts)
  return first === undefined || others === undefined ? undefined : [...first, ...others]
}

function fits(text: string, tokens: readonly Token[]): boolean {
  const [token, ...rest] = tokens
  if (token === undefined) return text === ''
  if (token === 'run') return Array.from({ length: text.length + 1 }, (_, at) => text.slice(at)).some(tail => fits(tail, rest))
  return text !== '' && (token === 'one' || token.letter === text[0]) && fits(text.slice(1), rest)
}

function matches(
  pattern: string,
  text: string,
  how: { readonly wild: boolean; readonly facts: ModelFacts; readonly anyCase?: boolean },
): boolean | undefined {
  const tokens = tokensOf(pattern, how.wild, how.facts)
  if (tokens === undefined) return undefined
  if (how.anyCase !== true) return fits(text, tokens)
  const low = tokens.map(token => (typeof token === 'string' ? token : { letter: token.letter.toLowerCase() }))
  return fits(text.toLowerCase(), low)
}

const inParts = (arn: string): readonly string[] => {
  const parts = arn.split(':')
  return [...parts.slice(0, 5), parts.slice(5).join(':')]
}

/** Part by part; parts that are left out are anything. */
function arnMatches(pattern: string, arn: string, facts: ModelFacts): boolean | undefined {
  if (pattern === '*') return true
  if (!arn.startsWith('arn:') || arn.split(':').length < 6) return tokensOf(pattern, true, facts) === undefined ? undefined : false
  const wanted = pattern.split(':').length < 6 ? pattern.split(':') : inParts(pattern)
  const found = wanted.map((part, at) => matches(part, inParts(arn)[at] ?? '', { wild: true, facts }))
  return found.includes(undefined) ? undefined : found.every(one => one === true)
}

const compare: Readonly<Record<string, (said: string, value: string, facts: ModelFacts) => boolean | undefined>> = {
  StringEquals: (said, value, facts) => matches(value, said, { wild: false, facts }),
  StringEqualsIgnoreCase: (said, value, facts) => matches(value, said, { wild: false, facts, anyCase: true }),
  StringLike: (said, value, facts) => matches(value, said, { wild: true, facts }),
  ArnLike: (said, value, facts) => arnMatches(value, said, facts),
  ArnEquals: (said, value, facts) => arnMatches(value, said, facts),
  NumericEquals: (said, value) => Number(said) === Number(value),
  NumericLessThan: (said, value) => Number(said) < Number(value),
  NumericGreaterThanEquals: (said, value) => Number(said) >= Number(value),
  Bool: (said, value) => said === value,
}

function conditionHolds(
  operator: string,
  { said, values, facts }: { said: string | readonly string[] | undefined; values: readonly string[]; facts: ModelFacts },
): boolean {
  const [set, rest] = operator.includes(':') ? operator.split(':') : ['', operator]
  const ifExists = rest?.endsWith('IfExists') === true
  const base = (rest ?? '').replace('IfExists', '')
  const all = list(said)
  if (base === 'Null') return values.includes(all.length === 0 ? 'true' : 'false')
  const negated = base.includes('Not')
  const test = compare[base.replace('Not', '')]
  if (test === undefined) throw new Error(operator)
  if (all.length === 0) return ifExists || set === 'ForAllValues' || (set === '' && negated)
  const one = (text: string): boolean =>
    negated ? values.every(value => test(text, value, facts) !== true) : values.some(value => test(text, value, facts) === true)
  if (set === 'ForAllValues') return all.every(one)
  if (set === 'ForAnyValue') return all.some(one)
  return negated ? all.every(one) : all.some(one)
}

function isAbout(statement: ModelStatement, { action, arn, facts }: ModelQuestion): boolean {
  const named = (patterns: OneOrMore | undefined): boolean =>
    list(patterns).some(one => matches(one, action, { wild: true, facts: {}, anyCase: true }) === true)
  const actionFits =
    statement.Action === undefined ? statement.NotAction !== undefined && !named(statement.NotAction) : named(statement.Action)
  const placed = (patterns: OneOrMore | undefined): readonly (boolean | undefined)[] =>
    list(patterns).map(one => arnMatches(one, arn, facts))
  const placeFits =
    statement.Resource === undefined
      ? statement.NotResource !== undefined && placed(statement.NotResource).every(one => one === false)
      : placed(statement.Resource).includes(true)
  if (!actionFits || !placeFits) return false
  return Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) =>
      conditionHolds(operator, { said: facts[key.toLowerCase()], values: list(values), facts }),
    ),
  )
}

/** The names under which a key's policy may mean whoever asks. */
function namesOf({ account, entity, session }: ModelQuestion) {
  return {
    account: [account, `arn:aws:iam::${account}:root`],
    role: session === undefined || entity === undefined ? [] : [entity.arn],
    itself: session === undefined ? (entity === undefined ? [] : [entity.arn]) : [session],
  }
}

function principalsOf(principals: ModelPrincipals | undefined): readonly string[] {
  return principals === undefined ? [] : principals === '*' ? ['*'] : list(principals.AWS)
}

const some = (left: readonly string[], right: readonly string[]): boolean => left.some(one => right.includes(one))

/** Is whoever asks one of those that a statement on all others leaves out? Whoever has a boundary never is. */
function isLeftOut(statement: ModelStatement, question: ModelQuestion): boolean {
  const { account, role, itself } = namesOf(question)
  const listed = principalsOf(statement.NotPrincipal)
  if (question.entity?.boundary !== undefined) return false
  if (listed.includes('*')) return true
  if (!some(account, listed)) return false
  return question.entity === undefined || some([...role, ...itself], listed)
}

function denies(question: ModelQuestion): boolean {
  const { account, role, itself } = namesOf(question)
  const everybody = ['*', ...account, ...role, ...itself]
  const own = [...(question.entity?.policies ?? []), question.entity?.boundary ?? [], ...question.sessionPolicies]
  if (own.flat().some(one => one.Effect === 'Deny' && isAbout(one, question))) return true
  return (question.document ?? []).some(one => {
    if (one.Effect !== 'Deny' || !isAbout(one, question)) return false
    return one.NotPrincipal === undefined ? some(everybody, principalsOf(one.Principal)) : !isLeftOut(one, question)
  })
}

const allows = (document: ModelDocument, question: ModelQuestion): boolean =>
  document.some(one => one.Effect === 'Allow' && isAbout(one, question))

const opensTo = (names: readonly string[], question: ModelQuestion): boolean =>
  (question.document ?? []).some(one => one.Effect === 'Allow' && isAbout(one, question) && some(names, principalsOf(one.Principal)))

const withinLimits = (question: ModelQuestion): boolean =>
  (question.entity?.boundary === undefined || allows(question.entity.boundary, question)) &&
  (question.sessionPolicies.length === 0 || question.sessionPolicies.some(one => allows(one, question)))

const byOwnPolicies = (question: ModelQuestion): boolean =>
  question.entity === undefined || (question.entity.policies.some(one => allows(one, question)) && withinLimits(question))

function grantFits({ operations, equals, subset }: ModelGrant, { action, context }: ModelQuestion): boolean {
  const operation = action.replace('kms:', '')
  if (!operations.includes(operation)) return false
  if (operation === 'DescribeKey') return true
  const has = (wanted: Readonly<Record<string, string>>): boolean => Object.entries(wanted).every(([key, value]) => context[key] === value)
  if (equals !== undefined && !(has(equals) && Object.keys(equals).length === Object.keys(context).length)) return false
  return subset === undefined || has(subset)
}

function byGrant(question: ModelQuestion): boolean {
  const { account, role, itself } = namesOf(question)
  return question.grants
    .filter(one => grantFits(one, question))
    .some(({ grantee }) => {
      if (itself.includes(grantee)) return true
      if (role.includes(grantee)) return withinLimits(question)
      return account.includes(grantee) && byOwnPolicies(question)
    })
}

export function modelAllows(question: ModelQuestion): boolean {
  if (denies(question)) return false
  const { account, role, itself } = namesOf(question)
  const direct = opensTo(['*', ...itself], question)
  const toRole = opensTo(role, question)
  const toAccount = opensTo(account, question)
  const sameAccount = question.account === question.home
  if (question.thing === 'account') return sameAccount && byOwnPolicies(question)
  if (question.thing === 'bucket') {
    if (sameAccount) return direct || (toRole && withinLimits(question)) || byOwnPolicies(question)
    return (direct || toRole || toAccount) && byOwnPolicies(question)
  }
  if (!sameAccount) return question.across && (((direct || toRole || toAccount) && byOwnPolicies(question)) || byGrant(question))
  return direct || (toRole && withinLimits(question)) || (toAccount && byOwnPolicies(question)) || byGrant(question)
}
