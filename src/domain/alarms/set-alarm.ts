import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { AuditCursor } from '#domain/audit/query.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import { secretVersion, type Alarm } from './records.ts'

export type HeldAlarm = Held<Alarm, readonly [name: string]>

export interface NewAlarm extends Pick<Alarm, 'name' | 'events' | 'resources' | 'exceptPrincipals' | 'denied' | 'webhook'> {
  readonly permit: Permit<'alarm.write'>
}

const secretBytes = 32
/** So many that each row can still be held against every one of them. */
const alarmsMax = 500

/** An alarm for what is recorded from now on; the secret of its messages is answered this once. Raises `Conflict` where the name is taken, or there are too many. */
export async function addAlarm(
  context: Needs<'alarms' | 'audit' | 'ground' | 'instance'>,
  call: Call,
  asked: NewAlarm,
): Promise<{ readonly alarm: Alarm; readonly secret: SecretBytes }> {
  const { alarms, ground, instance } = context
  const { permit: _permit, name, ...rest } = asked
  if ((await alarms.get(call, instance.installation, [name])) !== undefined)
    throw new Problem({ code: 'Conflict', details: { message: `There is an alarm ${name} already.` } })
  if (alarms.all(call, instance.installation).length >= alarmsMax)
    throw new Problem({ code: 'Conflict', details: { message: `There are ${alarmsMax} alarms already.` } })
  const id = await call.once(`alarm ${name}`, async () => Promise.resolve(ground.random.uuid()))
  const secret = await call.once(`secret of alarm ${name}`, async () => Promise.resolve(new SecretBytes(ground.random.bytes(secretBytes))))
  call.defer(secret)
  const from = positionOf(await context.audit.end())
  const alarm: Alarm = { id, name, ...rest, createdAt: call.at, positions: { webhook: from, syslog: from } }
  const held = alarms.create(call, instance.installation, { path: [name], value: alarm })
  const place = { id: held.id, version: secretVersion }
  call.materials.push({ place, material: ground.barrier.sealMaterial(place, secret.bytes) })
  return { alarm, secret }
}

/** With its secret; what was not told yet is not told any more. Raises `ResourceNotFound`. */
export async function removeAlarm(
  context: Needs<'alarms' | 'instance'>,
  call: Call,
  { name }: { readonly permit: Permit<'alarm.write'>; readonly name: string },
): Promise<Alarm> {
  const held = await findAlarm(context, call, name)
  context.alarms.remove(call, held)
  call.materials.push({ removeOf: held.id })
  return held.value
}

export async function findAlarm({ alarms, instance }: Needs<'alarms' | 'instance'>, call: Call, name: string): Promise<HeldAlarm> {
  const held = await alarms.get(call, instance.installation, [name])
  if (held === undefined) throw new Problem({ code: 'AlarmNotFound', details: { name } })
  return held
}

export const positionOf = (cursor: AuditCursor): Record<string, number> =>
  Object.fromEntries(Object.entries(cursor).map(([node, seq]) => [node, seq]))
