import { ask, dataDirGiven } from '#cli/admin.ts'
import type { Run } from '#cli/command.ts'
import { confirmed } from '#cli/confirmed.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'

/** Of the deleted vault of that name: when it went, and until when it can be had back. */
async function deletedVaultCalled(
  dataDir: string,
  name: string,
): Promise<{ readonly name: string; readonly deleted: string; readonly until: string }> {
  const answer = await ask(dataDir, { method: 'POST', path: '/vaults/list', body: { deleted: true } })
  const vaults = listOf(memberOf(answer, 'vaults')).map(one => ({
    name: textOf(memberOf(one, 'name')),
    properties: memberOf(one, 'properties'),
  }))
  const found = vaults.find(one => one.name.toLowerCase() === name.toLowerCase())
  if (found === undefined)
    throw new CommandFailed({
      exit: exits.missing,
      code: 'DeletedVaultNotFound',
      message: `There is no deleted vault ${name}.`,
      next: ['keystead vault list --deleted'],
    })
  const day = (member: string): string => textOf(memberOf(found.properties, member)).slice(0, 10)
  return { name: found.name, deleted: day('deletionDate'), until: day('scheduledPurgeDate') }
}

export const run: Run = async ({ options, arguments: [wanted = ''] }) => {
  const dataDir = dataDirGiven(options)
  const { name, deleted, until } = await deletedVaultCalled(dataDir, wanted)
  const because = [
    `${name} was deleted on ${deleted} and can be recovered until ${until}`,
    'every key, secret and certificate in it is destroyed, deleted ones too; nothing brings them back, and what is under its keys never opens again',
  ]
  await confirmed({ options, name, because, command: `keystead vault purge ${name}` })
  const purged = await ask(dataDir, { method: 'POST', path: '/vaults/purge', body: { name } })
  if (options['json'] === true) printJson(purged)
  else print(`${name} is purged, and with it every key in it`)
  return exits.good
}
