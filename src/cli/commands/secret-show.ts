import { dataDirGiven } from '#cli/admin.ts'
import { callerOf, type Caller } from '#cli/caller.ts'
import { text, type Invocation, type Run } from '#cli/command.ts'
import { writeOwn } from '#cli/file-input.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { objectNamed, type ObjectName } from '#cli/object-name.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { secretLine, shownSecret } from '#cli/secret-shape.ts'
import { askVault, listVault } from '#cli/vault-wire.ts'

/** What is known of it; the value leaves the vault with `--reveal` or `--output` alone. */
export const run: Run = async ({ options, arguments: [named = ''] }) => {
  const on = objectNamed(named, 'secrets')
  await using caller = await callerOf(dataDirGiven(options), options)
  if (options['reveal'] === true || text(options['output']) !== undefined) return await reveal(caller, on, options)
  const shown = shownSecret(await newestOf(caller, on), on.vault)
  if (options['json'] === true) printJson(shown)
  else
    print(
      secretLine(shown)
        .filter(part => part !== '')
        .join('  '),
    )
  return exits.good
}

async function reveal(caller: Caller, on: ObjectName, options: Invocation['options']): Promise<number> {
  const found = await askVault(caller, { method: 'GET', on, path: on.path, action: 'secret.get' })
  const value = textOf(memberOf(found, 'value'))
  const output = text(options['output'])
  if (output !== undefined) writeOwn(output, Buffer.from(value))
  const told = output === undefined ? { value } : { output }
  if (options['json'] === true) printJson({ ...shownSecret(found, on.vault), ...told })
  else if (output === undefined) print(value)
  if (output === undefined && process.stdout.isTTY) note('! a secret is shown on this terminal')
  return exits.good
}

/** By the list of its versions, which asks for no right to the value. */
async function newestOf(caller: Caller, on: ObjectName): Promise<unknown> {
  const versions = await listVault(caller, { on, path: `/secrets/${on.name}/versions`, action: 'secret.list' })
  const created = (one: unknown): number => Number(memberOf(memberOf(one, 'attributes'), 'created'))
  const wanted =
    on.version === undefined
      ? versions.reduce<unknown>((newest, one) => (newest === undefined || created(one) >= created(newest) ? one : newest), undefined)
      : versions.find(one => textOf(memberOf(one, 'id')).endsWith(`/${on.version}`))
  if (wanted !== undefined) return wanted
  throw new CommandFailed({
    exit: exits.missing,
    code: 'SecretNotFound',
    message: `There is no secret ${on.shown}${on.version === undefined ? '' : `/${on.version}`}.`,
    next: [`keystead secret list ${on.vault}`],
  })
}
