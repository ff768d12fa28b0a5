import { ask, dataDirOf } from '#cli/admin.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'
import { vaultLine } from '#cli/vault-line.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const recovered = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/vaults/recover', body: { name } })
  if (options['json'] === true) printJson(recovered)
  else print(vaultLine(recovered).join('  '))
  return exits.good
}
