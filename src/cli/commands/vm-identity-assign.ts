import { ask, dataDirOf } from '#cli/admin.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

export const run: Run = async ({ options, arguments: [id = ''] }) => {
  const data = text(options['data'])
  const identity = text(options['identity'])
  const body = { id, ...(identity !== undefined && { identity }) }
  const machine = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/machines/identity', body })
  if (options['json'] === true) printJson(machine)
  else print(`${textOf(memberOf(machine, 'name'))}  ${textOf(memberOf(memberOf(machine, 'identity'), 'type'))}`)
  return exits.good
}
