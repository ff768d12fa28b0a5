import { ask, dataDirOf } from '#cli/admin.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'
import { vaultLine } from '#cli/vault-line.ts'

export const run: Run = async ({ options, arguments: [name = ''] }) => {
  const data = text(options['data'])
  const days = text(options['retentionDays'])
  if (days !== undefined && !/^\d{1,3}$/.test(days))
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: '--retention-days is a number from 7 to 90.' })
  const body = {
    name,
    premium: options['premium'] === true,
    purgeProtection: options['purgeProtection'] === true,
    ...(days !== undefined && { retentionDays: Number(days) }),
  }
  const made = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/vaults', body })
  if (options['json'] === true) printJson(made)
  else print(vaultLine(made).join('  '))
  return exits.good
}
