import { dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import type { Run } from '#cli/command.ts'
import { columns, exits, print, printJson } from '#cli/output.ts'
import { memberOf } from '#cli/json-value.ts'
import { secretLine, shownSecret } from '#cli/secret-shape.ts'
import { listVault } from '#cli/vault-wire.ts'

export const run: Run = async ({ options, arguments: [vault = ''] }) => {
  const on = { vault: vault.toLowerCase(), shown: vault.toLowerCase() }
  const deleted = options['deleted'] === true
  await using caller = await callerOf(dataDirGiven(options), options)
  const action = deleted ? 'secret.listDeleted' : 'secret.list'
  const rows = await listVault(caller, { on, path: deleted ? '/deletedsecrets' : '/secrets', action })
  const purged = (row: unknown): string | null => {
    const seconds = memberOf(row, 'scheduledPurgeDate')
    return typeof seconds === 'number' ? new Date(seconds * 1_000).toISOString() : null
  }
  const shown = rows.map(row =>
    deleted ? Object.assign(shownSecret(row, on.vault), { scheduledPurge: purged(row) }) : shownSecret(row, on.vault),
  )
  if (options['json'] === true) printJson(shown)
  else if (shown.length > 0) print(columns(shown.map(secretLine)))
  return exits.good
}
