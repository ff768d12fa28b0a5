import { Problem } from '#model/problem.ts'
import { readPolicyOf } from './release-policy.ts'
import type { Key, ReleasePolicy } from './records.ts'

const refuse = (message: string): never => {
  throw new Problem({ code: 'InvalidBody', details: { message } })
}

const unchangeable = 'AKV.SKR.1003: The exportable attribute of an existing key cannot be changed.'

/**
 * The policy of a key that gets one more version (key-vault.md 1.5, 2.4): whether it may ever be released never changes over the versions of
 * a name, and a policy that is immutable stays. Raises `InvalidBody`.
 */
export function policyForVersion(
  before: Pick<Key, 'releasePolicy'> | undefined,
  asked: ReleasePolicy | undefined | 'inherited',
): ReleasePolicy | undefined {
  if (before === undefined) return asked === 'inherited' ? undefined : readable(asked)
  if (asked === 'inherited') return before.releasePolicy
  if ((asked === undefined) !== (before.releasePolicy === undefined)) refuse(unchangeable)
  return replacedPolicy(before, { release: asked })
}

/** Raises `InvalidBody`. */
export function replacedPolicy(
  { releasePolicy: kept }: Pick<Key, 'releasePolicy'>,
  { release: asked, exportable }: { readonly release?: ReleasePolicy | undefined; readonly exportable?: boolean | undefined },
): ReleasePolicy | undefined {
  if (exportable !== undefined && exportable !== (kept !== undefined)) refuse(unchangeable)
  if (asked === undefined) return kept
  if (kept === undefined) return refuse('AKV.SKR.1005: Non-exportable keys must not have release policy.')
  if (kept.immutable && (asked.data !== kept.data || !asked.immutable || asked.contentType !== kept.contentType))
    refuse('AKV.SKR.1020: Immutable Key Release Policy cannot be modified.')
  return readable(asked)
}

/** Raises `InvalidBody` for what is no policy. */
function readable(policy: ReleasePolicy | undefined): ReleasePolicy | undefined {
  if (policy !== undefined) readPolicyOf(policy)
  return policy
}
