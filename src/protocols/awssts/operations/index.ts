import { assumeRoleWithWebIdentityOperation } from './assume-role-with-web-identity.ts'
import { assumeRoleOperation } from './assume-role.ts'
import { decodeAuthorizationMessage } from './decode-authorization-message.ts'
import { getAccessKeyInfo } from './get-access-key-info.ts'
import { getCallerIdentity } from './get-caller-identity.ts'
import { getFederationToken } from './get-federation-token.ts'
import { getSessionToken } from './get-session-token.ts'

/** Every operation of the token service. */
export const operations = [
  assumeRoleOperation,
  assumeRoleWithWebIdentityOperation,
  decodeAuthorizationMessage,
  getAccessKeyInfo,
  getCallerIdentity,
  getFederationToken,
  getSessionToken,
] as const
