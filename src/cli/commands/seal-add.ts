import { resolve } from 'node:path'
import { newPassphrase } from '#adapters/seals/spoken-words.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { ask, dataDirOf } from '#cli/admin.ts'
import { text, type Run } from '#cli/command.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { proofOfChange, tokenSaid } from '#cli/seal-proof.ts'
import { secretFrom } from '#cli/secret-input.ts'

type Options = Parameters<Run>[0]['options']

export const run: Run = async ({ options }) => {
  const data = text(options['data'])
  const dataDir = dataDirOf(data === undefined ? {} : { data })
  const seal = await sealOf(options)
  const proof = await proofOfChange(dataDir, options)
  const added = await ask(dataDir, { method: 'POST', path: '/seals', body: { seal, proof } })
  const shown = 'passphrase' in seal && options['generate'] === true ? seal.passphrase : undefined
  const [id, kind] = [textOf(memberOf(added, 'id')), textOf(memberOf(added, 'kind'))]
  if (options['json'] === true) {
    printJson({ id, kind, ...(shown !== undefined && { passphrase: shown }), ...('file' in seal && { file: seal.file }) })
    return exits.good
  }
  print(`${id}  ${kind}${shown === undefined ? '' : `  ${shown}`}`)
  if (shown !== undefined) note('the passphrase is shown this once')
  const flags = flagsOf(seal)
  if (flags !== undefined) note(`a start opens by it with ${flags}`)
  return exits.good
}

type Wanted =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'key-file'; readonly file: string }
  | ({ readonly kind: 'pkcs11' } & Awaited<ReturnType<typeof tokenSaid>>)

async function sealOf(options: Options): Promise<Wanted> {
  const kind = text(options['kind'])
  if (kind === 'passphrase') return { kind, passphrase: await newSecret(options) }
  if (kind === 'pkcs11') return { kind, ...(await tokenSaid(text(options['pkcs11PinFile']), options)) }
  if (kind !== 'key-file') return refuse('--kind is passphrase, key-file or pkcs11.')
  const file = text(options['file'])
  return file === undefined ? refuse('--kind key-file needs --file FILE, outside the data directory.') : { kind, file: resolve(file) }
}

/** By which a start opens by that seal, without anybody present. */
function flagsOf(seal: Wanted): string | undefined {
  if (seal.kind === 'pkcs11') return '--pkcs11-module, --pkcs11-token and --pkcs11-pin-file'
  return seal.kind === 'key-file' ? `--seal-file ${seal.file}` : undefined
}

async function newSecret(options: Options): Promise<string> {
  const file = text(options['passphraseFile'])
  if (options['generate'] === true) return file === undefined ? newPassphrase(systemRandom()) : refuse('--generate or --passphrase-file.')
  if (file !== undefined) {
    if (file === '-' && text(options['proofPassphraseFile']) === '-') return refuse('Standard input holds one passphrase, not two.')
    return secretFrom(file, '')
  }
  const first = await secretFrom(undefined, 'New passphrase, 14 characters or more: ')
  const second = await secretFrom(undefined, 'Again: ')
  return first === second ? first : refuse('The two are not the same.')
}

function refuse(message: string): never {
  throw new CommandFailed({ exit: exits.usage, code: 'Usage', message, next: ['keystead seal add --help'] })
}
