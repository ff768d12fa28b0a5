import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const told = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/alarms/test', body: { name } })
  const taken = memberOf(told, 'taken') === true
  if (options['json'] === true) printJson(told)
  else print(taken ? `✓ ${name} was taken` : `✗ ${name} was not taken: ${textOf(memberOf(told, 'because'))}`)
  return taken ? exits.good : exits.bad
}
