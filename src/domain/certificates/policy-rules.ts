// What a policy must be whatever it asks for (key-vault.md 4.2).
import { Problem } from '#model/problem.ts'
import type { AlternativeNames, Pki } from '#ports/pki.ts'
import type { CertificatePolicy, LifetimeAction } from './records.ts'

export const subjectCharactersMax = 200
const namesMax = 500
/** Ours. */
export const monthsMax = 1_200
const daysOfMonth = 27

export const refuse = (name: string, message: string): never => {
  throw new Problem({ code: 'InvalidBody', details: { name, message } })
}

/** Its subject and its alternative names are names. Raises `InvalidBody`, `SubjectInvalid`. */
export function assertNamed(pki: Pki, { subject, names }: CertificatePolicy): void {
  if (subject.length > subjectCharactersMax) refuse('subject', `must be at most ${subjectCharactersMax} characters long`)
  if (!pki.isName(subject)) throw new Problem({ code: 'SubjectInvalid' })
  const kinds = ['emails', 'dnsNames', 'upns', 'uris', 'ipAddresses'] as const
  const all = kinds.flatMap(kind => names[kind])
  if (all.length > namesMax) refuse('sans', `must hold at most ${namesMax} names`)
  if (subject.trim() === '' && all.length === 0) refuse('subject', 'must be given where there are no subject alternative names')
  for (const kind of kinds)
    if (!names[kind].every(name => pki.isAlternativeName(kind, name))) refuse('sans', `must hold ${nameWords[kind]} alone where it says so`)
}

const nameWords = {
  emails: 'e-mail addresses',
  dnsNames: 'DNS names',
  upns: 'user principal names',
  uris: 'URIs',
  ipAddresses: 'IP addresses',
} as const satisfies Record<keyof AlternativeNames, string>

/** Its numbers are in their bounds, its actions can be taken. Raises `InvalidBody`. */
export function assertPossible(policy: CertificatePolicy): void {
  const { validityMonths, pathLength, extendedKeyUsage, lifetimeActions } = policy
  if (validityMonths < 1 || validityMonths > monthsMax) refuse('validity_months', `must be an integer from 1 to ${monthsMax}`)
  if (pathLength !== undefined && pathLength < 0) refuse('path_len_constraint', 'must not be negative')
  if (!extendedKeyUsage.every(oid => /^[0-2](?:\.(?:0|[1-9]\d{0,9})){1,30}$/.test(oid)))
    refuse('ekus', 'must hold object identifiers alone')
  if (new Set(lifetimeActions.map(({ action }) => action)).size < lifetimeActions.length)
    refuse('lifetime_actions', 'must hold each kind of action once')
  for (const action of lifetimeActions) assertTriggered(action, validityMonths)
}

function assertTriggered({ lifetimePercentage, daysBeforeExpiry }: LifetimeAction, months: number): void {
  if ((lifetimePercentage === undefined) === (daysBeforeExpiry === undefined))
    refuse('trigger', 'must hold either "lifetime_percentage" or "days_before_expiry"')
  if (lifetimePercentage !== undefined && (lifetimePercentage < 1 || lifetimePercentage > 99))
    refuse('lifetime_percentage', 'must be an integer from 1 to 99')
  if (daysBeforeExpiry !== undefined && (daysBeforeExpiry < 1 || daysBeforeExpiry > months * daysOfMonth))
    refuse('days_before_expiry', `must be an integer from 1 to ${months * daysOfMonth}, 27 times the months of validity`)
}
