import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const removed = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/alarms/remove', body: { name } })
  if (options['json'] === true) printJson(removed)
  else print(`${name} rings no more`)
  return exits.good
}
