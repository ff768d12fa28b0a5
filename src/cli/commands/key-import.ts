import { dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import { texts, type Run } from '#cli/command.ts'
import { importedKeyIn } from '#cli/imported-key.ts'
import { keyLine, shownKey } from '#cli/key-shape.ts'
import { objectNamed } from '#cli/object-name.ts'
import { objectWishes } from '#cli/object-wishes.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { askVault } from '#cli/vault-wire.ts'

export const run: Run = async ({ options, arguments: [named = ''] }) => {
  const on = objectNamed(named, 'keys')
  const key = await importedKeyIn(options)
  const ops = texts(options['ops'])
  const body = {
    key: { ...key, ...(ops.length > 0 && { key_ops: ops }) },
    ...(options['hsm'] === true && { Hsm: true }),
    ...objectWishes(options),
  }
  await using caller = await callerOf(dataDirGiven(options), options)
  const made = await askVault(caller, { method: 'PUT', on, path: `/keys/${on.name}`, body, action: 'key.import' })
  const shown = shownKey(made, on.shown)
  if (options['json'] === true) printJson(shown)
  else print(keyLine(shown))
  return exits.good
}
