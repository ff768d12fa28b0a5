import { Problem } from '#model/problem.ts'

/** How many there may be, under the names that refusals give them (IAM User Guide, "IAM and STS quotas"). */
export const quotas = {
  UsersPerAccount: 5_000,
  GroupsPerAccount: 300,
  RolesPerAccount: 1_000,
  PoliciesPerAccount: 1_500,
  InstanceProfilesPerAccount: 1_000,
  OpenIdConnectProvidersPerAccount: 100,
  GroupsPerUser: 10,
  PoliciesPerUser: 10,
  PoliciesPerGroup: 10,
  PoliciesPerRole: 10,
  AccessKeysPerUser: 2,
  InstanceSessionsPerInstanceProfile: 1,
  ClientIdsPerOpenIdConnectProvider: 100,
  ThumbprintsPerOpenIdConnectProvider: 5,
  TagsPerEntity: 50,
  /** Characters of one document of a managed policy. */
  PolicySize: 6_144,
  /** Characters of a trust policy. */
  ACLSizePerRole: 2_048,
} as const

/** Characters of all inline policies of one holder together. */
export const inlineQuotas = { user: 2_048, group: 5_120, role: 10_240 } as const
export const versionsPerPolicy = 5

/** Raises `LimitExceeded` where `count` is more than may be. */
export function assertQuota(quota: keyof typeof quotas, count: number): void {
  if (count > quotas[quota])
    throw new Problem({ code: 'LimitExceeded', details: { message: `Cannot exceed quota for ${quota}: ${quotas[quota]}` } })
}

/** White space is free: what a document is counted as. */
export const countedSize = (document: string): number => document.replaceAll(/\s/g, '').length
