import type { RawStatement } from './document-schema.ts'
import { refusePolicy } from './faults.ts'
import { operatorOf, type Operator } from './operators.ts'
import { ofPrincipals, type PolicyPurpose, type PolicyVersion } from './syntax.ts'
import { hasVariables } from './templates.ts'

/** Keys with one value, for which `ForAllValues` would let a request without them pass (aws-kms.md 4.4). */
const single = [
  { prefix: 'kms:encryptioncontext:', what: 'encryption context' },
  { prefix: 'aws:requesttag/', what: 'tag' },
]

/** Every operator must be one, every key have its service's prefix, every value be such that it can be compared. Raises `PolicyMalformed`. */
export function checkConditions(conditions: NonNullable<RawStatement['Condition']>, purpose: PolicyPurpose, version: PolicyVersion): void {
  for (const [written, keys] of Object.entries(conditions)) {
    const operator = operatorOf(written) ?? refusePolicy(purpose, 'operator', written)
    for (const [key, values] of Object.entries(keys)) {
      checkKey(key, purpose, operator)
      const bad = values.find(value => !(version === '2012-10-17' && hasVariables(value)) && !operator.row.valid(value))
      if (bad !== undefined) refusePolicy(purpose, 'value', bad)
    }
  }
}

function checkKey(key: string, purpose: PolicyPurpose, { set }: Operator): void {
  if (!/^[^:]+:./.test(key)) refusePolicy(purpose, ofPrincipals(purpose) ? 'action-without-service' : 'syntax')
  if (purpose !== 'key' || set !== 'all') return
  const lenient = single.find(({ prefix }) => key.toLowerCase().startsWith(prefix))
  if (lenient !== undefined) refusePolicy(purpose, 'overly-permissive', lenient.what)
}
