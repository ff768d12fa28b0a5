import { isDeepStrictEqual } from 'node:util'
import type { Needs } from '#domain/context.ts'
import { followAudit } from '#domain/audit/follow.ts'
import type { AuditRow } from '#domain/audit/parse-row.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import type { Syslog } from '#ports/syslog.ts'
import type { Webhooks } from '#ports/webhooks.ts'
import { momentOf, openLane, type Lane, type Ringing } from './lane.ts'
import { alarmBody, messageId, signedMessage } from './message.ts'
import { secretVersion, type Alarm } from './records.ts'
import type { Told } from './rule.ts'
import { positionOf } from './set-alarm.ts'

export type AlarmNeeds = Needs<'alarms' | 'audit' | 'ground' | 'instance' | 'log' | 'store' | 'trail'>

export interface Watching {
  /** What of a row is told outside. */
  readonly tell: (row: AuditRow) => Told
  readonly webhooks: Webhooks
  /** Absent: the operator collects none. */
  readonly syslog: Syslog | undefined
}

export interface AlarmWatch {
  /** Sends a message that is no alarm, as the real ones go, once. */
  test(alarm: Alarm): Promise<Tested>
  stop(): Promise<void>
}

/** Was it taken, with which status, or why not. */
export interface Tested {
  readonly taken: boolean
  readonly status?: number
  readonly because?: string
}

/** How often it is kept how far all was told; after a crash, what was told since is told again, under the same ids. */
const keepEveryMs = 5_000

/** Rings the alarms: follows the log by position, so that no call waits for it and no crash loses one. */
export function startAlarms(context: AlarmNeeds, watching: Watching): AlarmWatch {
  const lanes = new Map<string, Lane>()
  const close = (id: string): void => {
    for (const way of ways) {
      lanes.get(`${id} ${way}`)?.stop()
      lanes.delete(`${id} ${way}`)
    }
  }
  const open = (alarm: Alarm): void => {
    for (const way of ways) {
      const deliver = deliveryOf(context, watching, { alarm, way })
      if (deliver === undefined || lanes.has(`${alarm.id} ${way}`)) continue
      lanes.set(`${alarm.id} ${way}`, openLane(context, { alarm, from: cursorOf(alarm, way), tell: watching.tell, deliver }))
    }
  }
  for (const { value } of context.alarms.peek()) open(value)
  context.alarms.observe((before, after) => {
    if (after === undefined && before !== undefined) close(before.value.id)
    if (after !== undefined) open(after.value)
  })
  const following = followAudit(context, () => [...lanes.values()])
  const keeping = keepPositions(context, lanes)
  return {
    test: async alarm => testAlarm(context, watching, alarm),
    async stop() {
      await following.stop()
      for (const lane of lanes.values()) lane.stop()
      await keeping.stop()
      lanes.clear()
    },
  }
}

const ways = ['webhook', 'syslog'] as const
type Way = (typeof ways)[number]

const cursorOf = ({ positions }: Alarm, way: Way): Record<number, number> => ({ ...positions[way] })

function deliveryOf(
  context: AlarmNeeds,
  { webhooks, syslog }: Watching,
  { alarm, way }: { readonly alarm: Alarm; readonly way: Way },
): ((ringing: Ringing) => Promise<void>) | undefined {
  const { webhook } = alarm
  if (way === 'webhook') {
    if (webhook === undefined) return undefined
    return async ringing => {
      const { status } = await post(context, webhooks, { alarm, id: messageId(alarm, ringing.row), body: alarmBody(alarm, ringing) })
      if (!isTaken(status)) throw new Error(`the receiver answered ${status}`)
    }
  }
  if (syslog === undefined) return undefined
  return async ringing => syslog.send({ severity: warning, at: momentOf(ringing.row), kind: 'alarm', text: alarmBody(alarm, ringing) })
}
const isTaken = (status: number): boolean => status >= 200 && status < 300
/** RFC 5424 6.2.1. */
const warning = 4

async function post(
  context: AlarmNeeds,
  webhooks: Webhooks,
  { alarm, id, body }: { readonly alarm: Alarm; readonly id: string; readonly body: string },
): Promise<{ readonly status: number }> {
  const { alarms, ground, instance, store } = context
  const { webhook } = alarm
  const place = { id: alarms.idOf(instance.installation, [alarm.name]), version: secretVersion }
  const material = await store.material(place)
  if (material === undefined || webhook === undefined) throw new Error('the alarm is gone')
  using secret = ground.barrier.openMaterial(place, material)
  return await webhooks.post(signedMessage(webhook, { id, body, secret, now: ground.clock.now() }))
}

async function testAlarm(context: AlarmNeeds, { webhooks }: Watching, alarm: Alarm): Promise<Tested> {
  const { clock, random } = context.ground
  const timestamp = Temporal.Instant.fromEpochMilliseconds(clock.now()).toString({ smallestUnit: 'millisecond' })
  const body = JSON.stringify({ type: 'alarm.test', alarm: alarm.name, timestamp })
  try {
    const { status } = await post(context, webhooks, { alarm, id: `msg_${random.uuid()}`, body })
    return isTaken(status) ? { taken: true, status } : { taken: false, status, because: `the receiver answered ${status}` }
  } catch (cause) {
    return { taken: false, because: cause instanceof Error ? cause.message : 'it cannot be reached' }
  }
}

function keepPositions(context: AlarmNeeds, lanes: ReadonlyMap<string, Lane>): { readonly stop: () => Promise<void> } {
  const { clock } = context.ground
  let running: Promise<void> = Promise.resolve()
  let cancel = (): void => undefined
  const keepAll = async (): Promise<void> => {
    for (const { value } of context.alarms.peek()) await keep(context, lanes, value)
  }
  const next = (): void => {
    cancel = clock.after(keepEveryMs, () => {
      running = keepAll().catch((cause: unknown) => {
        context.log.error('alarm.position-not-kept', cause)
      })
      next()
    })
  }
  next()
  return {
    async stop() {
      cancel()
      await running
      await keepAll()
    },
  }
}

/** Rows that need not be read again after a restart though nothing rang: its price is one entry. */
const readAgainMax = 10_000

/** What is kept is an entry itself: so only where something rang, or many rows were passed. */
async function keep(context: AlarmNeeds, lanes: ReadonlyMap<string, Lane>, alarm: Alarm): Promise<void> {
  const settled = ways.flatMap(way => {
    const lane = lanes.get(`${alarm.id} ${way}`)
    return lane === undefined ? [] : [{ way, ...lane.settled() }]
  })
  const rungAt = Math.max(...settled.map(one => one.rungAt ?? 0))
  const passed = Math.max(...settled.map(({ way, position }) => total(position) - total(cursorOf(alarm, way))))
  if (rungAt <= (alarm.lastRungAt ?? 0) && passed < readAgainMax) return
  const positions = Object.fromEntries(settled.map(({ way, position }) => [way, positionOf(position)]))
  await performAsSystem(context, {
    operation: 'AlarmMoveOn',
    resource: `alarm ${alarm.name}`,
    async run(call) {
      const held = await context.alarms.get(call, context.instance.installation, [alarm.name])
      if (held?.value.id !== alarm.id) return false
      const value = { ...held.value, positions: { ...held.value.positions, ...positions }, ...(rungAt > 0 && { lastRungAt: rungAt }) }
      if (isDeepStrictEqual(value, held.value)) return false
      context.alarms.update(call, held, value)
      return true
    },
  })
}

const total = (cursor: Readonly<Record<number, number>>): number => Object.values(cursor).reduce((sum, seq) => sum + seq, 0)
