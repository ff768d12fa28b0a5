import { lookUp } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import type { ActingInAccount } from '#model/principal.ts'
import { parsePolicy } from '#domain/access/policy-documents/parse.ts'
import { parseArn } from '#domain/accounts/arn.ts'
import { managedPolicyText } from '#domain/accounts/session-policies.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'

/** What is asked of a role. */
export interface RoleRequest {
  readonly roleArn: string
  readonly sessionName: string
  readonly durationSeconds: number
  readonly policy?: string | undefined
  readonly policyArns: readonly string[]
  readonly externalId?: string | undefined
  readonly tags: readonly SessionTag[]
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity?: string | undefined
}

export interface SessionTag {
  readonly key: string
  readonly value: string
}

const invalid = (message: string): Problem => new Problem({ code: 'ValidationFailed', details: { message } })

/** Seconds of a session whose asker is a session of a role itself. */
const chainedSecondsMax = 3_600

/** Raises `ValidationFailed`. */
export function assertDuration(
  { durationSeconds }: RoleRequest,
  { acting, maxSessionSeconds }: { readonly acting: ActingInAccount; readonly maxSessionSeconds: number },
): void {
  if (acting.kind === 'session' && durationSeconds > chainedSecondsMax)
    throw invalid('The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining')
  if (durationSeconds > maxSessionSeconds) throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
}

/** Documents that narrow the session are read before they are sealed into it. Raises `PolicyMalformed`. */
export async function assertSessionPolicies(
  context: Needs<'accounts' | 'accountPolicies' | 'instance'>,
  call: Call,
  {
    request: { policy, policyArns },
    accountId,
  }: { readonly request: Pick<RoleRequest, 'policy' | 'policyArns'>; readonly accountId: string },
): Promise<void> {
  if (policy !== undefined) parsePolicy(policy, 'session')
  for (const arn of policyArns) {
    const owner = parseArn(arn)?.accountId
    const known = (owner === accountId || owner === 'aws') && (await managedPolicyText(context, call, arn)) !== undefined
    if (!known)
      throw new Problem({ code: 'PolicyMalformed', details: { message: `The policy ${arn} does not exist in the account of the role.` } })
  }
}

/** Tags of the session: those that the asker's own session passes on, and those that were asked for. Raises `ValidationFailed`. */
export function tagsOfSession({ tags, transitiveTagKeys }: Pick<RoleRequest, 'tags' | 'transitiveTagKeys'>, acting: ActingInAccount) {
  const asked = new Map(tags.map(({ key, value }) => [key.toLowerCase(), { key, value }]))
  if (asked.size < tags.length) throw invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.')
  for (const { key } of tags) if (/^aws:/i.test(key)) throw invalid('Tag keys that begin with aws: are reserved.')
  // As the tag is written: whoever is passed it on has it under that key.
  const passing = transitiveTagKeys.map(key => {
    const tag = asked.get(key.toLowerCase())
    if (tag === undefined) throw invalid('The specified transitive tag key must be included in the requested tags.')
    return tag.key
  })
  const passedOn = acting.kind === 'session' ? (acting.transitiveTagKeys ?? []) : []
  for (const key of passedOn)
    if (asked.has(key.toLowerCase()))
      throw invalid(
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
      )
  const inherited = passedOn.map((key): readonly [string, string] => [key, lookUp(acting.tags, key) ?? ''])
  return {
    tags: Object.fromEntries([...inherited, ...tags.map(({ key, value }): readonly [string, string] => [key, value])]),
    transitiveTagKeys: [...passedOn, ...passing],
  }
}
