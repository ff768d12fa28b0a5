import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { accountScope, type HeldAccount } from './entities.ts'
import { inlineQuotas, quotas, versionsPerPolicy } from './quotas.ts'

type Counted = Needs<
  | 'accountUsers'
  | 'accountGroups'
  | 'accountRoles'
  | 'accountPolicies'
  | 'instanceProfiles'
  | 'identityProviders'
  | 'accessKeys'
  | 'instance'
>

/** How much of everything the account has, and how much it may have. */
export async function accountSummary(
  context: Counted,
  call: Call,
  { permit, account }: { readonly permit: Permit<'account.readSummary'>; readonly account: HeldAccount },
): Promise<Readonly<Record<string, number>>> {
  const { id, compartment } = account.value
  assertPermits(permit, accountScope(id, '*'))
  const policies = context.accountPolicies.all(call, compartment)
  const versions = policies.reduce((sum, { value }) => sum + value.versions.length, 0)
  const tag = ['of', id, '']
  const rootKeys = await context.accessKeys.listTagged(call, context.instance.installation, { tag, after: 0, limit: 1 })
  return {
    Users: context.accountUsers.all(call, compartment).length,
    UsersQuota: quotas.UsersPerAccount,
    Groups: context.accountGroups.all(call, compartment).length,
    GroupsQuota: quotas.GroupsPerAccount,
    Roles: context.accountRoles.all(call, compartment).length,
    RolesQuota: quotas.RolesPerAccount,
    Policies: policies.length,
    PoliciesQuota: quotas.PoliciesPerAccount,
    PolicyVersionsInUse: versions,
    PolicyVersionsInUseQuota: quotas.PoliciesPerAccount * versionsPerPolicy,
    VersionsPerPolicyQuota: versionsPerPolicy,
    InstanceProfiles: context.instanceProfiles.all(call, compartment).length,
    InstanceProfilesQuota: quotas.InstanceProfilesPerAccount,
    Providers: context.identityProviders.all(call, compartment).length,
    AccountAccessKeysPresent: rootKeys.length,
    ...ofNobody,
    GroupsPerUserQuota: quotas.GroupsPerUser,
    AccessKeysPerUserQuota: quotas.AccessKeysPerUser,
    AttachedPoliciesPerUserQuota: quotas.PoliciesPerUser,
    AttachedPoliciesPerGroupQuota: quotas.PoliciesPerGroup,
    AttachedPoliciesPerRoleQuota: quotas.PoliciesPerRole,
    PolicySizeQuota: quotas.PolicySize,
    AssumeRolePolicySizeQuota: quotas.ACLSizePerRole,
    UserPolicySizeQuota: inlineQuotas.user,
    GroupPolicySizeQuota: inlineQuotas.group,
    RolePolicySizeQuota: inlineQuotas.role,
  }
}

/** Nothing here has passwords, devices or certificates. */
const ofNobody = {
  ServerCertificates: 0,
  MFADevices: 0,
  MFADevicesInUse: 0,
  AccountMFAEnabled: 0,
  AccountPasswordPresent: 0,
  AccountSigningCertificatesPresent: 0,
}
