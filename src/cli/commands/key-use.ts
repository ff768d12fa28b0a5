import { createHash } from 'node:crypto'
import { dataDirGiven } from '#cli/admin.ts'
import { callerOf } from '#cli/caller.ts'
import { text, type Invocation, type Run } from '#cli/command.ts'
import { bytesFrom, putBytes } from '#cli/file-input.ts'
import { memberOf, textOf } from '#cli/json-value.ts'
import { objectNamed } from '#cli/object-name.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { askVault } from '#cli/vault-wire.ts'

type Options = Invocation['options']

const usage = (message: string): CommandFailed => new CommandFailed({ exit: exits.usage, code: 'Usage', message })

function algorithmOf(options: Options, example: string): string {
  const algorithm = text(options['alg'])
  if (algorithm === undefined) throw usage(`--alg is missing, such as ${example}.`)
  return algorithm
}

/** What a vault signs: the digest, made here; of ML-DSA the message itself (key-vault.md 0.10). */
async function signedBytes(options: Options, algorithm: string): Promise<Buffer> {
  const file = text(options['digestFile'])
  const bytes = await bytesFrom(file === undefined ? '--file' : '--digest-file', file ?? text(options['file']))
  const bits = /(256|384|512)K?$/.exec(algorithm)?.[1]
  if (file !== undefined || algorithm.startsWith('ML-DSA')) return bytes
  if (bits === undefined) throw usage(`${algorithm} signs what is hashed already: give it as --digest-file.`)
  return createHash(`sha${bits}`).update(bytes).digest()
}

interface Use {
  readonly invocation: Invocation
  /** The last part of the path. */
  readonly verb: string
  readonly action: string
  readonly body: object
}

async function used({ invocation, verb, action, body }: Use): Promise<unknown> {
  const {
    options,
    arguments: [named = ''],
  } = invocation
  const on = objectNamed(named, 'keys')
  await using caller = await callerOf(dataDirGiven(options), options)
  return await askVault(caller, { method: 'POST', on, path: `${on.path}/${verb}`, body, action })
}

const valueIn = (answer: unknown): Buffer => Buffer.from(textOf(memberOf(answer, 'value')), 'base64url')

/** `{kid, value}` as it came, or the bytes. */
function tell(options: Options, answer: unknown): number {
  if (options['json'] === true) printJson({ kid: textOf(memberOf(answer, 'kid')), value: textOf(memberOf(answer, 'value')) })
  else putBytes(options, valueIn(answer))
  return exits.good
}

export const sign: { readonly run: Run } = {
  async run(invocation) {
    const { options } = invocation
    const alg = algorithmOf(options, 'ES256 or RS256')
    const value = (await signedBytes(options, alg)).toString('base64url')
    return tell(options, await used({ invocation, verb: 'sign', action: 'key.sign', body: { alg, value } }))
  },
}

export const verify: { readonly run: Run } = {
  async run(invocation) {
    const { options } = invocation
    const alg = algorithmOf(options, 'ES256 or RS256')
    const signature = signatureIn(await bytesFrom('--signature', text(options['signature'])))
    const digest = (await signedBytes(options, alg)).toString('base64url')
    const answer = await used({
      invocation,
      verb: 'verify',
      action: 'key.verify',
      body: { alg, digest, value: signature.toString('base64url') },
    })
    const valid = memberOf(answer, 'value') === true
    if (options['json'] === true) printJson({ valid })
    else print(valid ? '✓ the signature is of this key and these bytes' : '✗ the signature is not of this key, or not of these bytes')
    return valid ? exits.good : exits.bad
  },
}

/** As `sign` writes it: raw into a file, or base64url text. */
function signatureIn(bytes: Buffer): Buffer {
  const written = bytes.toString('latin1').trim()
  return /^[A-Za-z0-9_-]{40,}$/.test(written) ? Buffer.from(written, 'base64url') : bytes
}

export const wrap: { readonly run: Run } = {
  async run(invocation) {
    const { options } = invocation
    const alg = algorithmOf(options, 'RSA-OAEP-256')
    const value = (await bytesFrom('--file', text(options['file']))).toString('base64url')
    return tell(options, await used({ invocation, verb: 'wrapkey', action: 'key.wrap', body: { alg, value } }))
  },
}

export const unwrap: { readonly run: Run } = {
  async run(invocation) {
    const { options } = invocation
    const alg = algorithmOf(options, 'RSA-OAEP-256')
    if (text(options['output']) === undefined && options['reveal'] !== true)
      throw usage('What was wrapped is a key: --output FILE writes it for you alone, --reveal shows it.')
    const wrapped = signatureIn(await bytesFrom('--file', text(options['file'])))
    const answer = await used({ invocation, verb: 'unwrapkey', action: 'key.unwrap', body: { alg, value: wrapped.toString('base64url') } })
    if (text(options['output']) !== undefined) {
      putBytes(options, valueIn(answer))
      if (options['json'] === true) printJson({ kid: textOf(memberOf(answer, 'kid')), output: text(options['output']) })
      return exits.good
    }
    if (process.stdout.isTTY) note('! a key is shown on this terminal')
    return tell(options, answer)
  },
}
