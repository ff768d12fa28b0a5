import { ask, dataDirOf } from '#cli/admin.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const purged = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/vaults/purge', body: { name } })
  if (options['json'] === true) printJson(purged)
  else print(`${name} is purged, and with it every key in it`)
  return exits.good
}
