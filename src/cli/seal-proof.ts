import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { readKeyFile } from '#adapters/seals/key-file.ts'
import type { StoppedAt } from '#compose/stopped.ts'
import { ask } from './admin.ts'
import { text } from './command.ts'
import { memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits } from './output.ts'
import { secretFrom } from './secret-input.ts'

/** What the admin socket takes for a proof: it goes over a file that its owner alone may open. */
export type Proof = { readonly passphrase: string } | { readonly keyFile: string } | TokenSaid

interface TokenSaid {
  readonly pin: string
  readonly module?: string
  readonly token?: string
}

type Options = Readonly<Record<string, unknown>>

/** A token whose PIN is in that file, or asked for; the instance knows which where nothing names it. */
export async function tokenSaid(file: string | undefined, options: Options): Promise<TokenSaid> {
  const [module, token] = [text(options['pkcs11Module']), text(options['pkcs11Token'])]
  return {
    pin: await secretFrom(file, 'PIN of the token: ', { what: 'PIN', option: '--pkcs11-pin-file' }),
    ...(module !== undefined && { module: resolve(module) }),
    ...(token !== undefined && { token }),
  }
}

/** A change of seals is proved by a passphrase or a PIN that is named, else by a key file that the caller may read, else by asking. */
export async function proofOfChange(dataDir: string, options: Options): Promise<Proof> {
  const passphraseFile = text(options['proofPassphraseFile'])
  if (passphraseFile !== undefined) return { passphrase: await secretFrom(passphraseFile, '') }
  const pinFile = text(options['proofPinFile'])
  if (pinFile !== undefined) return tokenSaid(pinFile, {})
  const named = text(options['sealFile'])
  if (named !== undefined) return proofOfKeyFile(resolve(named), dataDir)
  return (await usualProof(dataDir)) ?? { passphrase: await secretFrom(undefined, 'Passphrase of a seal that there is: ') }
}

/** The key file where the instance looks for it, if the caller may read it. */
export async function usualProof(dataDir: string): Promise<Proof | undefined> {
  const usual = textOf(memberOf(await ask(dataDir, { method: 'GET', path: '/seals' }), 'keyFile'))
  return isReadable(usual) ? proofOfKeyFile(usual, dataDir) : undefined
}

/** A sealed instance is opened by what is named, else by a passphrase where it has such a seal, else by its token, else by its key file. */
export async function proofToUnseal(dataDir: string, options: Options): Promise<Proof> {
  const passphraseFile = text(options['passphraseFile'])
  const named = text(options['sealFile'])
  if (passphraseFile !== undefined) return { passphrase: await secretFrom(passphraseFile, '') }
  if (named !== undefined) return proofOfKeyFile(resolve(named), dataDir)
  const pinFile = text(options['pkcs11PinFile'])
  if (pinFile !== undefined) return tokenSaid(pinFile, options)
  const status = await ask(dataDir, { method: 'GET', path: '/status' })
  const kinds = memberOf(status, 'seals')
  if (Array.isArray(kinds) && kinds.includes('passphrase')) return { passphrase: await secretFrom(undefined, 'Passphrase: ') }
  if (Array.isArray(kinds) && kinds.includes('pkcs11') && !isReadable(textOf(memberOf(status, 'keyFile'))))
    return tokenSaid(undefined, options)
  return proofOfKeyFile(textOf(memberOf(status, 'keyFile')), dataDir)
}

/** A directory that no instance holds is opened for looking by what is named, else by its key file. */
export async function stoppedAt(dataDir: string, options: Options): Promise<StoppedAt> {
  const passphraseFile = text(options['passphraseFile'])
  const sealFile = text(options['sealFile'])
  const [module, label, pinFile] = [text(options['pkcs11Module']), text(options['pkcs11Token']), text(options['pkcs11PinFile'])]
  const token = module !== undefined &&
    label !== undefined &&
    pinFile !== undefined && { module: resolve(module), label, pinFile: resolve(pinFile) }
  return {
    dataDir,
    sealFile,
    ...(token !== false && { token }),
    ...(passphraseFile !== undefined && { passphrase: await secretFrom(passphraseFile, '') }),
  }
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

export function proofOfKeyFile(path: string, dataDir: string): Proof {
  try {
    using key = readKeyFile(path, dataDir)
    return { keyFile: key.bytes.toBase64() }
  } catch (cause) {
    throw new CommandFailed({
      exit: exits.denied,
      code: 'NoProof',
      message: `${path === '' ? 'The key file' : path} proves nothing.`,
      because: cause instanceof Error ? cause.message : 'it cannot be read',
      next: ['--seal-file FILE names the key file of a seal'],
    })
  }
}
