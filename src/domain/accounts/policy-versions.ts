import { Problem } from '#model/problem.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import { inUse, type NamedPolicy } from './entities.ts'
import { assertPolicySize, ownPolicy, type PolicyOfArn } from './managed-policies.ts'
import { assertIdentityPolicy } from './policy-text.ts'
import { versionsPerPolicy } from './quotas.ts'
import type { AccountPolicy } from './records.ts'

export type PolicyVersion = AccountPolicy['versions'][number]

interface OfPolicy {
  readonly permit: Permit<Permission>
  readonly policy: NamedPolicy
}

const noVersion = (arn: string, version: string): Problem =>
  new Problem({ code: 'EntityNotFound', details: { type: 'policyVersion', name: `${arn} version ${version}` } })

/** Numbers go on from where they were: a version that was deleted is never made again. Raises `LimitExceeded` for a sixth. */
export function createPolicyVersion(
  call: Call,
  request: OfPolicy & { readonly document: string; readonly inForce: boolean },
): PolicyVersion {
  const { permit, policy, document, inForce } = request
  const held = ownPolicy(permit, policy)
  assertPolicySize(document)
  assertIdentityPolicy(document)
  const { versions, nextVersion } = held.value
  if (versions.length >= versionsPerPolicy)
    throw new Problem({
      code: 'LimitExceeded',
      details: {
        message: `A managed policy can have up to ${versionsPerPolicy} versions. Before you create a new version, you must delete an existing version.`,
      },
    })
  const version = { id: `v${nextVersion}`, document, createdAt: call.at }
  policy.records.update(call, held, {
    ...held.value,
    versions: [...versions, version],
    nextVersion: nextVersion + 1,
    updatedAt: call.at,
    ...(inForce && { defaultVersion: version.id }),
  })
  return version
}

/** Raises `EntityNotFound`. */
export function policyVersion(found: PolicyOfArn, { permit, version }: { readonly permit: Permit<Permission>; readonly version: string }) {
  if (found.kind === 'service') {
    const { defaultVersion, document, updatedAt } = found.policy
    if (version !== defaultVersion) throw noVersion(found.arn, version)
    return { version: { id: version, document, createdAt: updatedAt }, inForce: true }
  }
  const { value } = ownPolicy(permit, found.policy)
  const one = value.versions.find(({ id }) => id === version)
  if (one === undefined) throw noVersion(found.policy.arn, version)
  return { version: one, inForce: value.defaultVersion === version }
}

/** Newest first, as the service lists them. */
export function policyVersions(
  found: PolicyOfArn,
  permit: Permit<Permission>,
): readonly { readonly version: PolicyVersion; readonly inForce: boolean }[] {
  if (found.kind === 'service') return [policyVersion(found, { permit, version: found.policy.defaultVersion })]
  const { versions, defaultVersion } = ownPolicy(permit, found.policy).value
  return versions.map(version => ({ version, inForce: version.id === defaultVersion })).toReversed()
}

/** Raises `EntityInUse` for the one in force, `EntityNotFound`. */
export function deletePolicyVersion(call: Call, { permit, policy, version }: OfPolicy & { readonly version: string }): void {
  const held = ownPolicy(permit, policy)
  if (!held.value.versions.some(({ id }) => id === version)) throw noVersion(policy.arn, version)
  if (held.value.defaultVersion === version) throw inUse('Cannot delete the default version of a policy.')
  policy.records.update(call, held, { ...held.value, versions: held.value.versions.filter(({ id }) => id !== version), updatedAt: call.at })
}

/** What everybody may to whom it is attached, from now on. Raises `EntityNotFound`. */
export function setPolicyVersion(call: Call, { permit, policy, version }: OfPolicy & { readonly version: string }): void {
  const held = ownPolicy(permit, policy)
  if (!held.value.versions.some(({ id }) => id === version)) throw noVersion(policy.arn, version)
  policy.records.update(call, held, { ...held.value, defaultVersion: version, updatedAt: call.at })
}
