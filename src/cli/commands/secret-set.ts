import { dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import { text, type Run } from '#cli/command.ts'
import { objectNamed } from '#cli/object-name.ts'
import { objectWishes } from '#cli/object-wishes.ts'
import { exits, print, printJson } from '#cli/output.ts'
import { secretFrom } from '#cli/secret-input.ts'
import { secretLine, shownSecret } from '#cli/secret-shape.ts'
import { askVault } from '#cli/vault-wire.ts'

/** The value comes from a file, standard input or a prompt that shows nothing, and is told nowhere. */
export const run: Run = async ({ options, arguments: [named = ''] }) => {
  const on = objectNamed(named, 'secrets')
  const value = await secretFrom(text(options['file']), `Value of ${on.shown}: `, { what: 'value', option: '--file' })
  const contentType = text(options['contentType'])
  const body = { value, ...(contentType !== undefined && { contentType }), ...objectWishes(options) }
  await using caller = await callerOf(dataDirGiven(options), options)
  const made = await askVault(caller, { method: 'PUT', on, path: `/secrets/${on.name}`, body, action: 'secret.set' })
  const shown = shownSecret(made, on.vault)
  if (options['json'] === true) printJson(shown)
  else
    print(
      secretLine(shown)
        .filter(part => part !== '')
        .join('  '),
    )
  return exits.good
}
