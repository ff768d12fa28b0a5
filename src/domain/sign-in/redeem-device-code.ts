import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { missing, refused } from '#domain/identity/refusals.ts'
import { provenClient } from './client.ts'
import { deviceCodeOf } from './device-codes.ts'
import { give, type GiveNeeds } from './give.ts'
import { checkTenant, type GrantAnswer, type GrantRequest } from './grant-request.ts'
import { newGrantId, revokeGrant, userStill } from './grants.ts'
import { pollSeconds } from './lifetimes.ts'
import type { DeviceCode } from './records.ts'
import { scopesAt, userScopesOf, type Asked } from './scopes.ts'

type DeviceNeeds = GiveNeeds & Needs<'deviceCodes' | 'instance' | 'tenants'>

/** What a network adds or takes between two polls. */
const leewayMs = 1_000

/** A device code for tokens, once somebody has typed its code and agreed (RFC 8628 3.4). What was redeemed before is taken back, by a refusal that is returned. Raises `OAuthRefused`. */
export async function redeemDeviceCode(context: DeviceNeeds, call: Call, request: GrantRequest): Promise<GrantAnswer> {
  const { clientId, credential } = request
  if (request.deviceCode === undefined) throw missing('device_code')
  if (clientId === undefined) throw missing('client_id')
  const held = await deviceCodeOf(context, call, request.deviceCode)
  if (held === undefined || held.value.clientId !== clientId.toLowerCase()) throw bad()
  const { value: device } = held
  const answer = device.answer ?? (await waiting(context, call, device))
  if (!answer.approved) throw refused('deviceCodeDeclined', 'The user declined to sign in on the device.')
  const { tenantId } = answer
  checkTenant(context, request.tenant, tenantId)
  const client = await provenClient(context, call, { tenantId, clientId, credential })
  if (answer.grantId !== undefined) {
    await revokeGrant(context, call, { tenantId, grantId: answer.grantId })
    return { refusal: bad() }
  }
  if (call.at >= device.expiresAt) throw expired()
  const user = userStill(context, answer)
  const scopes = userScopesOf(askedOf(request, device), scopesAt(context, request.reached, answer.tenantId))
  const grantId = await newGrantId(context, call)
  context.deviceCodes.update(call, held, { ...device, answer: { ...answer, grantId } })
  return give(context, call, { request, user, client, scopes, signedIn: answer, grantId, sessionId: answer.sessionId })
}

/** MSAL sends no scope here: what the device asked for at first counts (identity-and-arm.md 1.2). */
const askedOf = ({ askedAgain }: GrantRequest, { scope, resource }: DeviceCode): Asked =>
  scope !== undefined ? { scope } : resource !== undefined ? { resource } : (askedAgain ?? { scope: undefined })

/** Who comes too soon is told to wait longer from then on (RFC 8628 3.5). Counted once a request, and kept in memory: it decides nothing else. */
async function waiting({ identity }: Needs<'identity'>, call: Call, { id, expiresAt }: DeviceCode): Promise<never> {
  if (call.at >= expiresAt) throw expired()
  const soon = await call.once('poll', async () => {
    const before = identity.polls.get(id)
    const everyMs = before?.everyMs ?? pollSeconds * 1_000
    const tooSoon = before !== undefined && call.at - before.lastAt < everyMs - leewayMs
    identity.polls.set(id, { lastAt: call.at, everyMs: tooSoon ? everyMs + pollSeconds * 1_000 : everyMs })
    return tooSoon
  })
  throw soon
    ? refused('slowDown', 'The device asks too often. It must wait for five seconds more between two requests.')
    : refused('authorizationPending', 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.')
}

const bad = () => refused('badDeviceCode', 'The device code is not known, or was used already.')
const expired = () => refused('deviceCodeExpired', 'The device code has expired. The device must ask for a new one.')
