import { ask, dataDirOf } from '#cli/admin.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

export const run: Run = async ({ options, arguments: [id = ''] }) => {
  const data = text(options['data'])
  const served = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/disks/export', body: { id } })
  const answer = { uri: textOf(memberOf(served, 'uri')), socket: textOf(memberOf(served, 'socket')) }
  if (options['json'] === true) printJson(answer)
  else print(answer.uri)
  return exits.good
}
