// Azure RBAC and access policies once more, slowly and from the reference (identity-and-arm.md 3.1, 3.4): nothing of the code's own evaluator is used here.

export interface ModelEntry {
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  readonly dataActions: readonly string[]
  readonly notDataActions: readonly string[]
}

/** Conditions of the two forms that the cases are made with; `undefined`: none. */
export type ModelCondition =
  | { readonly kind: 'names'; readonly negated: boolean; readonly prefix: string }
  | { readonly kind: 'unlessAction'; readonly pattern: string; readonly prefix: string }

export interface ModelAssignment {
  readonly principalId: string
  readonly scope: string
  readonly role: readonly ModelEntry[]
  readonly condition: ModelCondition | undefined
}

export interface ModelDenial {
  readonly scope: string
  readonly here: boolean
  readonly principals: readonly string[]
  readonly excluded: readonly string[]
  readonly entry: ModelEntry
}

export interface ModelPolicy {
  readonly objectId: string
  readonly words: readonly string[]
}

export interface ModelWorld {
  /** Direct groups of each principal and group. */
  readonly groups: Readonly<Record<string, readonly string[]>>
  readonly assignments: readonly ModelAssignment[]
  readonly denials: readonly ModelDenial[]
  /** Of the vault whose data goes by them; `undefined`: it goes by roles. */
  readonly policies: readonly ModelPolicy[] | undefined
}

/** One action that would do: its own, or the one that carries it. */
export interface ModelAction {
  readonly action: string
  readonly data: boolean
  readonly words: readonly string[]
}

export interface ModelQuestion {
  readonly who: string
  readonly ways: readonly ModelAction[]
  readonly scope: string
  /** The name that conditions compare, where there is one. */
  readonly secret: string | undefined
}

/** Letter by letter, without regular expressions. */
export function globMatches(pattern: string, text: string): boolean {
  const [p, t] = [pattern.toLowerCase(), text.toLowerCase()]
  let [at, in_, star, back] = [0, 0, -1, 0]
  while (in_ < t.length) {
    if (at < p.length && p[at] === '*') {
      star = at
      at += 1
      back = in_
    } else if (at < p.length && p[at] === t[in_]) {
      at += 1
      in_ += 1
    } else if (star >= 0) {
      at = star + 1
      back += 1
      in_ = back
    } else return false
  }
  while (p[at] === '*') at += 1
  return at === p.length
}

/** Everybody that somebody counts as, by walking the groups until nothing new is found. */
export function everyoneOf(world: ModelWorld, who: string): ReadonlySet<string> {
  const found = new Set([who])
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const id of found) for (const group of world.groups[id] ?? []) found.add(group)
  }
  return found
}

const isAbove = (outer: string, inner: string): boolean => outer === '' || inner === outer || inner.startsWith(`${outer}/`)

function entryGives(entry: ModelEntry, { action, data }: ModelAction): boolean {
  const [given, taken] = data ? [entry.dataActions, entry.notDataActions] : [entry.actions, entry.notActions]
  return given.some(one => globMatches(one, action)) && !taken.some(one => globMatches(one, action))
}

/** A name that is not known, or whose case decides, gives nothing. */
function nameBegins(secret: string | undefined, prefix: string): boolean | undefined {
  if (secret === undefined) return undefined
  const exact = secret.startsWith(prefix)
  return exact === secret.toLowerCase().startsWith(prefix.toLowerCase()) ? exact : undefined
}

function conditionHolds(condition: ModelCondition | undefined, way: ModelAction, secret: string | undefined): boolean {
  if (condition === undefined) return true
  const begins = nameBegins(secret, condition.prefix)
  if (condition.kind === 'names') return begins === undefined ? false : begins !== condition.negated
  return !globMatches(condition.pattern, way.action) || begins === true
}

function isDenied(world: ModelWorld, way: ModelAction, { who, scope }: ModelQuestion): boolean {
  const ids = everyoneOf(world, who)
  return world.denials.some(
    denial =>
      (denial.here ? denial.scope === scope : isAbove(denial.scope, scope)) &&
      denial.principals.some(id => id === '*' || ids.has(id)) &&
      !denial.excluded.some(id => ids.has(id)) &&
      entryGives(denial.entry, way),
  )
}

export function modelAllows(world: ModelWorld, question: ModelQuestion): boolean {
  const [own] = question.ways
  if (own === undefined) return false
  const ids = everyoneOf(world, question.who)
  if (own.data && world.policies !== undefined && question.scope.includes('/vaults/')) {
    const wanted = own.words.map(word => word.toLowerCase())
    const gives = (word: string): boolean =>
      wanted.some(one => word === one || (word.endsWith(' all') && !one.endsWith(' purge') && one.split(' ')[0] === word.split(' ')[0]))
    return world.policies.some(policy => ids.has(policy.objectId) && policy.words.some(gives))
  }
  if (isDenied(world, own, question)) return false
  return question.ways
    .filter(way => !isDenied(world, way, question))
    .some(way =>
      world.assignments.some(
        ({ principalId, scope, role, condition }) =>
          ids.has(principalId) &&
          isAbove(scope, question.scope) &&
          role.some(entry => entryGives(entry, way)) &&
          conditionHolds(condition, way, question.secret),
      ),
    )
}
