import { refusePolicy } from './faults.ts'
import type { RawStatement } from './document-schema.ts'
import type { NamedPrincipal, PolicyPurpose, Principals } from './syntax.ts'

const accountPattern = /^\d{12}$/
const rootPattern = /^arn:aws(?:-cn|-us-gov)?:iam::(\d{12}):root$/
const entityPattern = /^arn:aws(?:-cn|-us-gov)?:iam::\d{12}:(?:user|role)\/[\w+=,.@/-]{1,576}$/
const sessionPattern = /^arn:aws(?:-cn|-us-gov)?:sts::\d{12}:(?:assumed-role\/[\w+=,.@-]{1,64}|federated-user)\/[\w+=,.@-]{2,64}$/
const idPattern = /^A(?:IDA|ROA)[A-Z0-9]{16,28}(?::[\w+=,.@-]{2,64})?$/
const servicePattern = /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}$/
const federatedPattern = /^[\w:/.+=,@-]{1,512}$/
const canonicalPattern = /^[0-9a-f]{64}$/

/** Whom a statement names. A pattern is no name: only `*` alone stands for everyone. Raises `PolicyMalformed`. */
export function principalsOf(raw: RawStatement, purpose: PolicyPurpose): Principals | undefined {
  const not = raw.NotPrincipal !== undefined
  const written = raw.NotPrincipal ?? raw.Principal
  if (written === undefined) return undefined
  if (written === '*') return { not, named: [{ kind: 'everyone' }] }
  const named = Object.entries(written).flatMap(([type, values]) =>
    (values ?? []).map(value => namedBy(type, value) ?? refusePolicy(purpose, 'principal', `"${type.toUpperCase()}":"${value}"`)),
  )
  if (named.length === 0) refusePolicy(purpose, 'no-principal')
  return { not, named }
}

function namedBy(type: string, value: string): NamedPrincipal | undefined {
  if (type === 'AWS') return accountPrincipal(value)
  if (type === 'Service') return servicePattern.test(value) ? { kind: 'service', name: value } : undefined
  // What a canonical id names is no principal here; it is kept as it is written, and nobody is it.
  if (type === 'CanonicalUser') return canonicalPattern.test(value) ? { kind: 'federated', name: value } : undefined
  return federatedPattern.test(value) ? { kind: 'federated', name: value } : undefined
}

function accountPrincipal(value: string): NamedPrincipal | undefined {
  if (value === '*') return { kind: 'everyone' }
  const account = accountPattern.test(value) ? value : rootPattern.exec(value)?.[1]
  if (account !== undefined) return { kind: 'account', account }
  if (entityPattern.test(value) || sessionPattern.test(value)) return { kind: 'arn', arn: value }
  return idPattern.test(value) ? { kind: 'id', id: value } : undefined
}
