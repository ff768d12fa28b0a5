import { dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import { text, texts, type Invocation, type Run } from '#cli/command.ts'
import { keyLine, shownKey } from '#cli/key-shape.ts'
import { objectNamed } from '#cli/object-name.ts'
import { objectWishes } from '#cli/object-wishes.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'
import { askVault } from '#cli/vault-wire.ts'

export const run: Run = async ({ options, arguments: [named = ''] }) => {
  const on = objectNamed(named, 'keys')
  const body = { ...kindOf(options), ...objectWishes(options) }
  await using caller = await callerOf(dataDirGiven(options), options)
  const made = await askVault(caller, { method: 'POST', on, path: `/keys/${on.name}/create`, body, action: 'key.create' })
  const shown = shownKey(made, on.shown)
  if (options['json'] === true) printJson(shown)
  else print(keyLine(shown))
  return exits.good
}

/** As the wire takes it; what does not go together, the vault refuses. */
function kindOf(options: Invocation['options']): Readonly<Record<string, unknown>> {
  const [type = 'RSA', size, crv, alg] = ['type', 'size', 'curve', 'alg'].map(name => text(options[name]))
  if (size !== undefined && !/^\d{1,5}$/.test(size))
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: '--size is a number of bits.' })
  const ops = texts(options['ops'])
  return {
    kty: options['hsm'] === true && !type.endsWith('-HSM') ? `${type}-HSM` : type,
    ...(size !== undefined && { key_size: Number(size) }),
    ...(crv !== undefined && { crv }),
    ...(alg !== undefined && { alg }),
    ...(ops.length > 0 && { key_ops: ops }),
  }
}
