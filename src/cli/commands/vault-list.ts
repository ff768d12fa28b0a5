import { ask, dataDirOf } from '#cli/admin.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { columns, exits, print, printJson } from '#cli/output.ts'
import { text, type Run } from '#cli/command.ts'
import { vaultLine } from '#cli/vault-line.ts'

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const deleted = options['deleted'] === true
  const answer = await ask(dataDirOf(data === undefined ? {} : { data }), { method: 'POST', path: '/vaults/list', body: { deleted } })
  const vaults = listOf(memberOf(answer, 'vaults'))
  if (options['json'] === true) printJson(vaults)
  else if (vaults.length > 0) print(columns(vaults.map(deleted ? deletedLine : vaultLine)))
  return exits.good
}

function deletedLine(vault: unknown): readonly string[] {
  const properties = memberOf(vault, 'properties')
  const day = (name: string): string => textOf(memberOf(properties, name)).slice(0, 10)
  const guarded = memberOf(properties, 'purgeProtectionEnabled') === true ? ', purge protected' : ''
  return [textOf(memberOf(vault, 'name')), `deleted ${day('deletionDate')}`, `purged ${day('scheduledPurgeDate')}${guarded}`]
}
