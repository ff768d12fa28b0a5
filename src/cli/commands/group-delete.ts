import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'

export const run: Run = async ({ options, arguments: [group = ''] }) => {
  const data = text(options['data'])
  const removed = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/groups/remove', body: { group } })
  const of = (name: string): string => textOf(memberOf(removed, name))
  if (options['json'] === true) printJson({ name: of('name'), objectId: of('objectId') })
  else print(`${of('name')}  deleted`)
  return exits.good
}
