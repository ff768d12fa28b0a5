import { createPublicKey } from 'node:crypto'
import { dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import type { Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { keyLine, lastUseOf, shownKey, type ShownKey } from '#cli/key-shape.ts'
import { objectNamed } from '#cli/object-name.ts'
import { CommandFailed, exits, print, printJson } from '#cli/output.ts'
import { askVault } from '#cli/vault-wire.ts'

export const run: Run = async ({ options, arguments: [named = ''] }) => {
  const on = objectNamed(named, 'keys')
  await using caller = await callerOf(dataDirGiven(options), options)
  const found = await askVault(caller, { method: 'GET', on, path: on.path, action: 'key.read' })
  if (options['pem'] === true) {
    print(pemOf(memberOf(found, 'key'), on.shown))
    return exits.good
  }
  // Who used it last is in the audit, which no wire tells.
  const used = caller.dataDir === undefined ? undefined : await lastUseOf(caller.dataDir, on.shown)
  const shown = shownKey(found, on.shown, used)
  if (options['json'] === true) printJson(shown)
  else tellKey(shown)
  return exits.good
}

function tellKey(shown: ShownKey): void {
  print(keyLine(shown))
  print(`  kid      ${shown.kid}`)
  print(`  may      ${shown.keyOps.join(', ')}`)
  print(`  created  ${shown.attributes.created}`)
}

/** SubjectPublicKeyInfo of what the vault shows of a pair. */
function pemOf(jwk: unknown, name: string): string {
  const member = (of: string): string => textOf(memberOf(jwk, of))
  const kty = member('kty').replace(/-HSM$/, '')
  if (kty !== 'RSA' && kty !== 'EC')
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `${name} is of the type ${kty}, whose public half has no PEM here.`,
    })
  const key = kty === 'RSA' ? { kty, n: member('n'), e: member('e') } : { kty, crv: curveOf(member('crv')), x: member('x'), y: member('y') }
  return createPublicKey({ key, format: 'jwk' }).export({ format: 'pem', type: 'spki' }).trimEnd()
}

/** Azure's name of one curve is its own. */
const curveOf = (crv: string): string => (crv === 'P-256K' ? 'secp256k1' : crv)
