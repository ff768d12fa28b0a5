import { ask, dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import { askCloud } from '#cli/cloud-wire.ts'
import type { Run } from '#cli/command.ts'
import { confirmed } from '#cli/confirmed.ts'
import { listOf, memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'
import { vaultLine } from '#cli/vault-line.ts'

/** The live vault of that name, as the operator sees it. */
async function vaultCalled(dataDir: string, name: string): Promise<unknown> {
  const answer = await ask(dataDir, { method: 'POST', path: '/vaults/list', body: {} })
  const found = listOf(memberOf(answer, 'vaults')).find(one => textOf(memberOf(one, 'name')).toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found
  throw new CommandFailed({
    exit: exits.missing,
    code: 'VaultNotFound',
    message: `There is no vault ${name}.`,
    next: ['keystead vault list', 'keystead vault list --deleted'],
  })
}

async function keysIn(dataDir: string, vault: string): Promise<number> {
  let count = 0
  for (let from: unknown, more = true; more; more = from !== undefined) {
    const page = await ask(dataDir, { method: 'POST', path: '/keys/list', body: { vault, ...(from !== undefined && { from }) } })
    count += listOf(memberOf(page, 'keys')).length
    from = memberOf(page, 'next')
  }
  return count
}

export const show: { readonly run: Run } = {
  async run({ options, arguments: [name = ''] }) {
    const dataDir = dataDirGiven(options)
    const vault = await vaultCalled(dataDir, name)
    const keys = await keysIn(dataDir, textOf(memberOf(vault, 'name')))
    if (options['json'] === true) printJson({ ...Object(vault), keys })
    else print([...vaultLine(vault), `${keys} keys`].join('  '))
    return exits.good
  },
}

/** At the management plane, as the administrator: whoever operates the instance may delete no vault. */
export const remove: { readonly run: Run } = {
  async run({ options, arguments: [name = ''] }) {
    const dataDir = dataDirGiven(options)
    const vault = await vaultCalled(dataDir, name)
    const keys = await keysIn(dataDir, textOf(memberOf(vault, 'name')))
    const because = [`${keys} keys, and all that is under them, stop; it can be recovered while its days last`]
    if (keys > 0) await confirmed({ options, name, because, command: `keystead vault delete ${name}` })
    await using caller = await callerOf(dataDir, options)
    await askCloud(caller, { at: 'management', method: 'DELETE', path: `${textOf(memberOf(vault, 'id'))}?api-version=2023-07-01` })
    if (options['json'] === true) printJson({ name: memberOf(vault, 'name'), deleted: true })
    else print(`${textOf(memberOf(vault, 'name'))}  deleted; until it is purged: keystead vault recover ${name}`)
    return exits.good
  },
}
