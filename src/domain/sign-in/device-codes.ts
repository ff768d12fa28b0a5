import { hash } from 'node:crypto'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { namedTenant, namesNoTenant } from '#domain/identity/find-tenant.ts'
import { missing, refused } from '#domain/identity/refusals.ts'
import type { Application, User } from '#domain/identity/records.ts'
import type { Reached } from '#domain/identity/audiences.ts'
import type { Held } from '#domain/records/family.ts'
import { networkOf } from '#domain/noise.ts'
import { knownClient, unknownClient } from './client.ts'
import { deviceCodeLifeSeconds, pollSeconds } from './lifetimes.ts'
import type { DeviceCode, SignInSession } from './records.ts'
import { scopesAt, userScopesOf, type Asked } from './scopes.ts'

type DeviceNeeds = Needs<'deviceCodes' | 'identity' | 'instance' | 'ground'>
export type HeldDeviceCode = Held<DeviceCode, readonly [id: string]>

/** RFC 8628 6.1: no vowels, so that no word is spelt; nine of twenty letters are 38 bits. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const userCodeLength = 9
const deviceCodeBytes = 48
/** The largest multiple of the letters' number in a byte: above it letters would not be equally likely. */
const evenly = 240

export interface StartedDevice {
  readonly deviceCode: string
  readonly userCode: string
}

/** A device that cannot show a page asks for a code to type elsewhere (RFC 8628 3.1). Raises `OAuthRefused`, `TenantNotFound`. */
export async function startDevice(
  context: DeviceNeeds,
  call: Call,
  request: { readonly tenant: string; readonly clientId: string | undefined; readonly asked: Asked; readonly reached: Reached },
): Promise<StartedDevice> {
  const { clientId, asked } = request
  await checkOften(context, call)
  if (clientId === undefined) throw missing('client_id')
  const tenantId = namesNoTenant(request.tenant) ? undefined : namedTenant(context, request.tenant).value.tenantId
  const { appId } = clientIn(context, tenantId, clientId)
  userScopesOf(asked, scopesAt(context, request.reached, tenantId))
  call.details.set('clientId', appId)
  const { random } = context.ground
  const deviceCode = random.bytes(deviceCodeBytes).toBase64({ alphabet: 'base64url' })
  const userCode = newUserCode(context)
  const id = idOf(deviceCode)
  const value = {
    id,
    userCode,
    clientId: appId,
    startedFrom: call.source.sourceIp ?? '',
    createdAt: call.at,
    expiresAt: call.at + deviceCodeLifeSeconds * 1_000,
    ...(tenantId !== undefined && { tenantId }),
    ...('scope' in asked
      ? asked.scope !== undefined && { scope: asked.scope }
      : asked.resource !== undefined && { resource: asked.resource }),
  }
  context.deviceCodes.create(call, context.instance.installation, { path: [id], value })
  return { deviceCode, userCode }
}

/** Nobody has proved anything yet, and each start is a record. Raises `Throttled`. */
async function checkOften({ identity, instance }: DeviceNeeds, call: Call): Promise<void> {
  if (!instance.throttle) return
  const source = networkOf(call.source.sourceIp ?? '')
  const free = await call.once('device start', async () => identity.sprays.begin(source, 'device start', call.at))
  if (!free) throw new Problem({ code: 'Throttled', details: { retryAfterSeconds: pollSeconds } })
}

/** The client in the tenant that the path names, or in whichever has it: the user decides which. Raises `OAuthRefused`. */
export function clientIn(context: Needs<'identity'>, tenantId: string | undefined, clientId: string): Application {
  if (tenantId !== undefined) return knownClient(context, tenantId, clientId)
  const [home] = context.identity.index.homesOf(clientId.toLowerCase())
  if (home === undefined) throw unknownClient(clientId, undefined)
  return knownClient(context, home, clientId)
}

const idOf = (deviceCode: string): string => hash('sha256', deviceCode, 'base64url')

function newUserCode({ ground }: Needs<'ground'>): string {
  let code = ''
  while (code.length < userCodeLength)
    for (const byte of ground.random.bytes(userCodeLength))
      if (byte < evenly && code.length < userCodeLength) code += letters[byte % letters.length] ?? ''
  return code
}

/** The code of a device, whatever became of it. */
export async function deviceCodeOf(context: DeviceNeeds, call: Call, deviceCode: string): Promise<HeldDeviceCode | undefined> {
  return context.deviceCodes.get(call, context.instance.installation, [idOf(deviceCode)])
}

/** Letters as people type them: in any case, with spaces and hyphens. */
export const typedCode = (text: string): string => text.replaceAll(/[\s-]/g, '').toUpperCase()

/** What somebody typed, while the device waits. Guesses are counted: who is wrong too often waits. Raises `OAuthRefused`. */
export async function waitingDevice(context: DeviceNeeds, call: Call, typed: string): Promise<HeldDeviceCode> {
  const { delays } = context.identity
  const source = networkOf(call.source.sourceIp ?? '')
  const free =
    !context.instance.throttle || (await call.once('device code attempt', async () => delays.begin(source, 'device code', call.at)))
  if (!free) throw refused('locked', 'Too many codes were wrong. Wait a while, then type the code that your device shows.')
  const [found] = await context.deviceCodes.listTagged(call, context.instance.installation, {
    tag: ['userCode', typedCode(typed)],
    after: -1,
    limit: 1,
  })
  if (found === undefined || found.value.answer !== undefined || call.at >= found.value.expiresAt)
    throw refused('badDeviceCode', 'The code is wrong or has expired. Type the code that your device shows.')
  // Whoever has a code of his own must not buy himself guesses with it.
  if (context.instance.throttle) delays.forgive(source, 'device code')
  return found
}

/** The user says what becomes of the device. Raises `OAuthRefused` where the device asked at another tenant. */
export function answerDevice(
  context: DeviceNeeds,
  call: Call,
  what: { readonly device: HeldDeviceCode; readonly user: User; readonly session: SignInSession; readonly approved: boolean },
): void {
  const { device, user, session, approved } = what
  const { value } = device
  if (value.tenantId !== undefined && value.tenantId !== user.tenantId)
    throw refused('otherTenant', 'The device asked for a user of another directory.')
  knownClient(context, user.tenantId, value.clientId)
  const { tenantId, userId, signInEpoch, authTime, id } = session
  const answer = approved
    ? ({ approved: true, tenantId, userId, signInEpoch, authTime, sessionId: id } as const)
    : ({ approved: false } as const)
  context.deviceCodes.update(call, device, { ...value, answer })
}
