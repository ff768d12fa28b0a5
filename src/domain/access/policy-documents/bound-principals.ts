import { refusePolicy } from './faults.ts'
import { eachString } from './json-strings.ts'
import { parsePolicy } from './parse.ts'
import type { NamedPrincipal, PolicyPurpose } from './syntax.ts'

/** Who is there now. */
export interface Directory {
  readonly hasAccount: (id: string) => boolean
  /** Unique id of a user or role; of a session its role's. */
  readonly idOf: (arn: string) => string | undefined
  readonly arnOf: (id: string) => string | undefined
}

/** ARNs that a document names, each with the unique id of whom it meant when it was written: another one of the same name is not meant. */
export type BoundPrincipals = Readonly<Record<string, string>>

const sessionPattern = /^arn:aws[a-z-]*:sts::\d{12}:assumed-role\/[^/]+\/(.+)$/

/** Finds everybody whom a document names. Raises `PolicyMalformed` in the purpose's words, also where one of them is not there. */
export function bindPrincipals(text: string, purpose: PolicyPurpose, directory: Directory): BoundPrincipals {
  const named = parsePolicy(text, purpose).statements.flatMap(({ principals }) => principals?.named ?? [])
  return Object.fromEntries(named.flatMap(one => boundBy(one, directory) ?? refusePolicy(purpose, 'principal', `"AWS":"${spelled(one)}"`)))
}

/** `undefined` where nobody of that name is there. */
function boundBy(one: NamedPrincipal, { hasAccount, idOf, arnOf }: Directory): readonly (readonly [arn: string, id: string])[] | undefined {
  if (one.kind === 'account') return hasAccount(one.account) ? [] : undefined
  if (one.kind === 'id') return arnOf(one.id.split(':')[0] ?? '') === undefined ? undefined : []
  if (one.kind !== 'arn' || one.arn.includes(':federated-user/')) return []
  const id = idOf(one.arn)
  return id === undefined ? undefined : [[one.arn, id]]
}

function spelled(one: NamedPrincipal): string {
  if (one.kind === 'account') return `arn:aws:iam::${one.account}:root`
  return one.kind === 'arn' ? one.arn : one.kind === 'id' ? one.id : ''
}

/** The document as it holds today: whoever is gone stands there by the unique id, whoever has another name by that; all else is as it was written. */
export function policyToday(text: string, bound: BoundPrincipals, { arnOf }: Directory): string {
  const today = new Map(Object.entries(bound).flatMap(([arn, id]) => changedName(arn, arnOf(id), id)))
  if (today.size === 0) return text
  const pieces: string[] = []
  let from = 0
  eachString(text, ({ value, start, end, path, isName }) => {
    const now = isName || !namesPrincipal(path) ? undefined : today.get(value)
    if (now === undefined) return
    pieces.push(text.slice(from, start), JSON.stringify(now))
    from = end
  })
  return [...pieces, text.slice(from)].join('')
}

/** A condition that spells the same ARN means another thing, and stays. */
const namesPrincipal = ([first, second]: readonly string[]): boolean =>
  first === 'Statement' && (second === 'Principal' || second === 'NotPrincipal')

function changedName(arn: string, current: string | undefined, id: string): readonly (readonly [arn: string, now: string])[] {
  const session = sessionPattern.exec(arn)?.[1]
  if (session !== undefined) return current === undefined ? [[arn, `${id}:${session}`]] : []
  return current === arn ? [] : [[arn, current ?? id]]
}
