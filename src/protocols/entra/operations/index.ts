import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { EntraSite } from '#protocols/entra/site.ts'
import { authorizeV1, authorizeV2 } from './authorize.ts'
import { deviceCodeV1, deviceCodeV2 } from './device-code.ts'
import { answerDevicePage, showDevicePage } from './device-login.ts'
import { getAsset } from './get-asset.ts'
import { getUserRealm } from './get-user-realm.ts'
import { keysV1, keysV2 } from './get-keys.ts'
import { openIdV1, openIdV2 } from './get-openid-configuration.ts'
import { discoverInstance } from './discover-instance.ts'
import { issueTokenV1, issueTokenV2 } from './issue-token.ts'
import { confirmLogOutV1, confirmLogOutV2, logOutV1, logOutV2 } from './log-out.ts'
import { signInV1, signInV2 } from './sign-in.ts'

/** What a person needs who types a device's code. */
export const deviceOperations: readonly Operation<Context, EntraSite>[] = [showDevicePage, answerDevicePage, getAsset]

export const operations: readonly Operation<Context, EntraSite>[] = [
  discoverInstance,
  openIdV1,
  openIdV2,
  keysV1,
  keysV2,
  issueTokenV1,
  issueTokenV2,
  deviceCodeV1,
  deviceCodeV2,
  authorizeV1,
  authorizeV2,
  signInV1,
  signInV2,
  showDevicePage,
  answerDevicePage,
  getAsset,
  getUserRealm,
  logOutV1,
  logOutV2,
  confirmLogOutV1,
  confirmLogOutV2,
]
