import type { Refused } from '#domain/call.ts'
import type { Considered } from './considered.ts'
import type { ConsideredPolicy } from './policies-of.ts'

interface Refusal {
  readonly displayName: string
  readonly ruling: Refused
  readonly considered: readonly Considered[]
  readonly policies: readonly ConsideredPolicy[]
}

/** Why not, in one sentence: what forbids it, what is nearest, or that there is nothing. */
export function sentenceOf(refusal: Refusal): string {
  const { displayName, ruling, considered } = refusal
  if (ruling.denial !== undefined) return `The deny assignment '${ruling.denial.name}' forbids it, whatever roles say.`
  if (ruling.because.includes('access-policy')) return ofPolicies(refusal)
  if (considered.length === 0) return `${displayName} has no role assignment at all.`
  const conditional = considered.find(one => one.inScope && one.weight.startsWith('condition'))
  if (conditional !== undefined) {
    const how = conditional.weight === 'condition-fails' ? 'does not hold' : 'cannot be judged without the request itself'
    return `${spelled(conditional)} gives it under a condition that ${how}.`
  }
  const elsewhere = considered.find(one => one.grants)
  if (elsewhere !== undefined) return `${spelled(elsewhere)} would grant it, but it is assigned at ${elsewhere.scope}, not here.`
  const here = considered.filter(one => one.inScope)
  if (here.length === 0) return `None of ${considered.length} role assignments of ${displayName} stands here or above.`
  const names = [...new Set(here.map(spelled))]
  return `${here.length} of ${considered.length} role assignments of ${displayName} stand here; ${names.join(', ')} ${names.length === 1 ? 'lacks' : 'lack'} it.`
}

const spelled = ({ role, via }: Considered): string => (via === undefined ? role : `${role} (by group ${via})`)

function ofPolicies({ displayName, ruling, considered, policies }: Refusal): string {
  if (ruling.because === 'access-policy-needs-its-application')
    return `An access policy gives it to ${displayName} only through an application that acts for ${displayName}.`
  const byRole = considered.find(one => one.grants && one.inScope)
  const role = byRole === undefined ? '' : ` ${spelled(byRole)} would, if the vault went by roles.`
  const words = policies.flatMap(one => one.words)
  if (words.length > 0) return `The vault goes by access policies, which give ${displayName} ${words.join(', ')}, and not this.${role}`
  return `The vault goes by access policies, and none of them gives ${displayName} this permission.${role}`
}
