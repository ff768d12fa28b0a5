import { ask, dataDirOf } from '#cli/admin.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const head = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'GET', path: '/audit/head' })
  if (options['json'] === true) printJson(head)
  // The note ends in a line feed of its own.
  else print(textOf(memberOf(head, 'checkpoint')).trimEnd())
  return exits.good
}
