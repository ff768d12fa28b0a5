import type { Own } from '#protocols/aws/service.ts'
import { accessKeyOperations } from './access-keys.ts'
import { accountOperations } from './account.ts'
import { attachedPolicyOperations } from './attached-policies.ts'
import { authorizationDetailOperations } from './authorization-details.ts'
import { groupOperations } from './groups.ts'
import { identityProviderOperations } from './identity-providers.ts'
import { inlinePolicyOperations } from './inline-policies.ts'
import { instanceProfileOperations } from './instance-profiles.ts'
import { linkedRoleOperations } from './linked-roles.ts'
import { policyOperations } from './policies.ts'
import { policyVersionOperations } from './policy-versions.ts'
import { roleOperations } from './roles.ts'
import { simulationOperations } from './simulation.ts'
import { tagOperationsOfAll } from './tags.ts'
import { userCredentialOperations } from './user-credentials.ts'
import { userOperations } from './users.ts'

export const operations: Own['operations'] = [
  ...userOperations,
  ...userCredentialOperations,
  ...accessKeyOperations,
  ...groupOperations,
  ...roleOperations,
  ...linkedRoleOperations,
  ...policyOperations,
  ...policyVersionOperations,
  ...inlinePolicyOperations,
  ...attachedPolicyOperations,
  ...tagOperationsOfAll,
  ...instanceProfileOperations,
  ...identityProviderOperations,
  ...accountOperations,
  ...authorizationDetailOperations,
  ...simulationOperations,
]
