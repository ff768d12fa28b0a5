import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { MachineSite } from '#protocols/imds/site.ts'
import { getIdentityInfo } from './get-identity-info.ts'
import { getInstance } from './get-instance.ts'
import { getVersions } from './get-versions.ts'
import { issueAppServiceToken, issueMachineToken } from './issue-token.ts'

/** Everything that a machine's listener answers. */
export const operations: readonly Operation<Context, MachineSite>[] = [
  issueMachineToken,
  getIdentityInfo,
  getInstance,
  getVersions,
  issueAppServiceToken,
]
