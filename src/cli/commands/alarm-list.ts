import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const found = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'GET', path: '/alarms' })
  if (options['json'] === true) printJson(found)
  else for (const alarm of listOf(memberOf(found, 'alarms'))) print(lineOf(alarm))
  return exits.good
}

function lineOf(alarm: unknown): string {
  const rung = textOf(memberOf(alarm, 'lastRungAt'))
  return [
    textOf(memberOf(alarm, 'name')),
    listOf(memberOf(alarm, 'events')).map(textOf).join(' '),
    textOf(memberOf(alarm, 'webhook')),
    rung === '' ? 'never rang' : `rang ${rung}`,
  ]
    .filter(part => part !== '')
    .join('  ')
}
