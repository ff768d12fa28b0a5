import { lookUp } from '#model/names.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { issueToken } from '#domain/identity/issue-token.ts'
import { byPassword } from './by-password.ts'
import type { GrantAnswer, GrantRequest } from './grant-request.ts'
import { onBehalfOf } from './on-behalf-of.ts'
import { redeemCode } from './redeem-code.ts'
import { redeemDeviceCode } from './redeem-device-code.ts'
import { redeemRefreshToken } from './redeem-refresh-token.ts'

type Answering = (context: Context, call: Call, request: GrantRequest) => Promise<GrantAnswer>

/** `device_code` is how v1 spells it. */
const ofUsers: Readonly<Record<string, Answering>> = {
  authorization_code: redeemCode,
  refresh_token: redeemRefreshToken,
  'urn:ietf:params:oauth:grant-type:device_code': redeemDeviceCode,
  device_code: redeemDeviceCode,
  password: byPassword,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': onBehalfOf,
}

/** The token endpoint: whatever grant is shown, tokens or a refusal. A refusal that is returned has left something behind. Raises `OAuthRefused`, `TenantNotFound`. */
export async function answerGrant(context: Context, call: Call, request: GrantRequest): Promise<GrantAnswer> {
  const answering = lookUp(ofUsers, request.grantType ?? '')
  if (answering === undefined) return issueToken(context, call, request)
  call.details.set('grantType', request.grantType ?? '')
  return answering(context, call, request)
}
