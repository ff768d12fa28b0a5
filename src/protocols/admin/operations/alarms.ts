import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import { alarmBodies, alarmMembers } from '#protocols/admin/alarm-bodies.ts'
import { secretText } from '#domain/alarms/message.ts'
import { addAlarm, findAlarm, removeAlarm } from '#domain/alarms/set-alarm.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { adminOperation } from '#protocols/admin/site.ts'
import { json } from '#protocols/http/answer.ts'

const none = z.object({})
const nameBody = z.strictObject({ name: z.string() })
const resourceOf = (name: string): string => `alarm ${name}`

/** The secret of its messages is shown this once. */
export const addAlarmOperation = adminOperation({
  name: 'AlarmAdd',
  method: 'POST',
  path: '/alarms',
  permissions: ['alarm.write'],
  scope: () => rootScope,
  params: none,
  query: none,
  body: { json: alarmBodies.add },
  async handle(context, call, { site, body, permit }) {
    call.resource = resourceOf(body.name)
    if (body.webhook === undefined && !site.runtime.collectsAlarms)
      throw new Problem({
        code: 'InvalidBody',
        details: { message: 'An alarm without a webhook would be heard by nobody: the instance has no syslog.' },
      })
    const { alarm, secret } = await addAlarm(context, call, { permit: permit('alarm.write'), ...body })
    return json(201, { ...alarmMembers(alarm), ...(alarm.webhook !== undefined && { secret: secretText(secret) }) })
  },
})

export const listAlarmsOperation = adminOperation({
  name: 'AlarmList',
  method: 'GET',
  path: '/alarms',
  permissions: ['alarm.read'],
  scope: () => rootScope,
  params: none,
  query: none,
  body: { none: true },
  async handle({ alarms, instance }, call) {
    return json(200, { alarms: alarms.all(call, instance.installation).map(({ value }) => alarmMembers(value)) })
  },
})

export const removeAlarmOperation = adminOperation({
  name: 'AlarmRemove',
  method: 'POST',
  path: '/alarms/remove',
  permissions: ['alarm.write'],
  scope: () => rootScope,
  params: none,
  query: none,
  body: { json: nameBody },
  async handle(context, call, { body: { name }, permit }) {
    call.resource = resourceOf(name)
    return json(200, alarmMembers(await removeAlarm(context, call, { permit: permit('alarm.write'), name })))
  },
})

/** Sends a message that is no alarm, and tells what came of it. */
export const testAlarmOperation = adminOperation({
  name: 'AlarmTest',
  method: 'POST',
  path: '/alarms/test',
  permissions: ['alarm.write'],
  scope: () => rootScope,
  params: none,
  query: none,
  body: { json: nameBody },
  async handle(context, call, { site, body: { name } }) {
    call.resource = resourceOf(name)
    const { value } = await findAlarm(context, call, name)
    // Once, though the call may run again: nobody is told twice.
    return json(200, { name, ...(await call.once(`test of ${value.id}`, async () => site.runtime.testAlarm(value))) })
  },
})
