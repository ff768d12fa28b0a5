import { dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import type { Run } from '#cli/command.ts'
import { confirmed } from '#cli/confirmed.ts'
import { memberOf } from '#cli/json-value.ts'
import { objectNamed } from '#cli/object-name.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { shownSecret } from '#cli/secret-shape.ts'
import { askVault } from '#cli/vault-wire.ts'

export const remove: { readonly run: Run } = {
  async run({ options, arguments: [named = ''] }) {
    const on = objectNamed(named, 'secrets')
    await using caller = await callerOf(dataDirGiven(options), options)
    const gone = await askVault(caller, { method: 'DELETE', on, path: `/secrets/${on.name}`, action: 'secret.delete' })
    const at = memberOf(gone, 'scheduledPurgeDate')
    const purged = typeof at === 'number' ? new Date(at * 1_000).toISOString() : null
    if (options['json'] === true) printJson({ ...shownSecret(gone, on.vault), scheduledPurge: purged })
    else print(`${on.shown}  deleted, purged ${purged?.slice(0, 10) ?? ''}; until then: keystead secret recover ${on.shown}`)
    return exits.good
  },
}

export const recover: { readonly run: Run } = {
  async run({ options, arguments: [named = ''] }) {
    const on = objectNamed(named, 'secrets')
    await using caller = await callerOf(dataDirGiven(options), options)
    const path = `/deletedsecrets/${on.name}/recover`
    const back = await askVault(caller, { method: 'POST', on, path, body: {}, action: 'secret.recover' })
    if (options['json'] === true) printJson(shownSecret(back, on.vault))
    else print(`${on.shown}  recovered`)
    return exits.good
  },
}

export const purge: { readonly run: Run } = {
  async run({ options, arguments: [named = ''] }) {
    const on = objectNamed(named, 'secrets')
    const because = [`every version of ${on.shown} is destroyed; nothing brings it back`]
    await confirmed({ options, name: on.shown, because, command: `keystead secret purge ${on.shown}` })
    await using caller = await callerOf(dataDirGiven(options), options)
    await askVault(caller, { method: 'DELETE', on, path: `/deletedsecrets/${on.name}`, action: 'secret.purge' })
    if (options['json'] === true) printJson({ name: on.shown, purged: true })
    else print(`${on.shown}  purged`)
    return exits.good
  },
}
