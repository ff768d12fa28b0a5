import { resolve } from 'node:path'
import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { proofOfKeyFile, tokenSaid, usualProof, type Proof } from '#cli/seal-proof.ts'
import { secretFrom } from '#cli/secret-input.ts'

type Options = Parameters<Run>[0]['options']

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter(one => typeof one === 'string') : [])

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const body = { proofs: await proofsOf(dataDir, options), dropped: listOf(options['drop']) }
  const turned = await ask(dataDir, { method: 'POST', path: '/root-key/rotate', body })
  if (options['json'] === true) printJson(turned)
  else {
    print(`root key of epoch ${textOf(memberOf(turned, 'rootEpoch'))}`)
    note('the keys of vaults, tenants and accounts are wrapped anew now: keystead rotate status')
    note('! copies of the data that were made before still open by their own seals')
  }
  return exits.good
}

/** Each seal shows itself: the usual key file, those that are named, passphrases, a token. */
async function proofsOf(dataDir: string, options: Options): Promise<readonly Proof[]> {
  const files = listOf(options['sealFile'])
  const passphrases = listOf(options['passphraseFile'])
  if (passphrases.filter(one => one === '-').length > 1)
    throw new CommandFailed({ exit: exits.usage, code: 'Usage', message: 'Standard input holds one passphrase, not two.', next: [] })
  const proofs: Proof[] = files.map(file => proofOfKeyFile(resolve(file), dataDir))
  for (const file of passphrases) proofs.push({ passphrase: await secretFrom(file, '') })
  const pinFile = text(options['pkcs11PinFile'])
  if (pinFile !== undefined) proofs.push(await tokenSaid(pinFile, options))
  const usual = files.length === 0 ? await usualProof(dataDir) : undefined
  if (usual !== undefined) proofs.unshift(usual)
  if (proofs.length === 0) proofs.push({ passphrase: await secretFrom(undefined, 'Passphrase of a seal that there is: ') })
  return proofs
}
