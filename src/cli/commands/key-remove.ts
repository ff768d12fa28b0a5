import { dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import type { Invocation, Run } from '#cli/command.ts'
import { confirmed } from '#cli/confirmed.ts'
import { impactLines, impactOf, isHarmless } from '#cli/impact-text.ts'
import { memberOf } from '#cli/json-value.ts'
import { keyLine, shownKey } from '#cli/key-shape.ts'
import { objectNamed, type ObjectName } from '#cli/object-name.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { askVault } from '#cli/vault-wire.ts'

/** Of a deleted thing: when it went, and when it goes for good. */
const dayIn = (value: unknown, name: string): string => {
  const seconds = memberOf(value, name)
  return typeof seconds === 'number' ? new Date(seconds * 1_000).toISOString() : ''
}

async function confirmRemoval({ options }: Invocation, on: ObjectName, action: 'delete' | 'purge'): Promise<void> {
  const impact = await impactOf(dataDirGiven(options), { key: on.shown, action })
  // What is deleted comes back with `recover`, if nobody missed it meanwhile.
  if (action === 'delete' && isHarmless(impact)) return
  await confirmed({ options, name: on.shown, because: impactLines(impact), command: `keystead key ${action} ${on.shown}` })
}

export const remove: { readonly run: Run } = {
  async run(invocation) {
    const { options } = invocation
    const on = objectNamed(invocation.arguments[0] ?? '', 'keys')
    await confirmRemoval(invocation, on, 'delete')
    await using caller = await callerOf(dataDirGiven(options), options)
    const gone = await askVault(caller, { method: 'DELETE', on, path: `/keys/${on.name}`, action: 'key.delete' })
    const purged = dayIn(gone, 'scheduledPurgeDate')
    if (options['json'] === true) printJson({ ...shownKey(gone, on.shown), deleted: dayIn(gone, 'deletedDate'), scheduledPurge: purged })
    else print(`${on.shown}  deleted, purged ${purged.slice(0, 10)}; until then: keystead key recover ${on.shown}`)
    return exits.good
  },
}

export const recover: { readonly run: Run } = {
  async run({ options, arguments: [named = ''] }) {
    const on = objectNamed(named, 'keys')
    await using caller = await callerOf(dataDirGiven(options), options)
    const back = await askVault(caller, { method: 'POST', on, path: `/deletedkeys/${on.name}/recover`, body: {}, action: 'key.recover' })
    const shown = shownKey(back, on.shown)
    if (options['json'] === true) printJson(shown)
    else print(keyLine(shown))
    return exits.good
  },
}

export const purge: { readonly run: Run } = {
  async run(invocation) {
    const { options } = invocation
    const on = objectNamed(invocation.arguments[0] ?? '', 'keys')
    await confirmRemoval(invocation, on, 'purge')
    await using caller = await callerOf(dataDirGiven(options), options)
    await askVault(caller, { method: 'DELETE', on, path: `/deletedkeys/${on.name}`, action: 'key.purge' })
    if (options['json'] === true) printJson({ name: on.shown, purged: true })
    else print(`${on.shown}  purged`)
    return exits.good
  },
}
