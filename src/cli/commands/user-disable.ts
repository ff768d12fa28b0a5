import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const enabled = options['undo'] === true
  const done = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/users/enabled', body: { name, enabled } })
  const objectId = textOf(memberOf(done, 'objectId'))
  if (options['json'] === true) printJson({ name, objectId, enabled })
  else print(`${name}  objectId ${objectId}  ${enabled ? 'may sign in again' : 'disabled; signed out everywhere'}`)
  return exits.good
}
