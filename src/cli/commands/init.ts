import { DataDirectoryLocked } from '#adapters/sqlite/lock.ts'
import { isPassphrase, passphraseCharactersMin } from '#adapters/seals/passphrase.ts'
import { text, type Run } from '#cli/command.ts'
import { CommandFailed, exits, note, print, printJson } from '#cli/output.ts'
import { secretFrom } from '#cli/secret-input.ts'
import { startConfig } from '#cli/start-config.ts'
import { AlreadyThere, initialiseDirectory, type FirstSeal, type Initialised } from '#compose/initialise.ts'
import type { Config } from '#config'

type Options = Readonly<Record<string, unknown>>

/** A root key and its first seal, in a directory that has none. Nothing is started. */
export const run: Run = async ({ options }) => {
  const { data, config, sealFile } = options
  const settings = await startConfig({ data, config, sealFile })
  process.umask(0o077)
  const made = await initialised(settings, await firstSeal(settings, options))
  if (options['json'] === true) printJson({ rootEpoch: 1, clusterId: made.clusterId, seals: [made.seal], keyFile: made.keyFile ?? null })
  else {
    print(`root key made; seal ${made.seal}${made.keyFile === undefined ? '' : ` at ${made.keyFile}`}; installation ${made.clusterId}`)
    note('Losing all seals is losing all data: no backup opens without one.')
    note(`next: keystead start --data ${settings.dataDir}`)
  }
  return exits.good
}

async function firstSeal({ sealFile }: Config, options: Options): Promise<FirstSeal> {
  const kind = text(options['seal']) ?? 'key-file'
  if (kind === 'shamir' || text(options['shares']) !== undefined || text(options['threshold']) !== undefined) throw noShares()
  if (kind === 'key-file') return { kind, file: sealFile }
  if (kind !== 'passphrase') throw unknownKind(kind)
  const passphrase = await secretFrom(
    text(options['passphraseFile']),
    `Passphrase of the seal (${passphraseCharactersMin} characters or more): `,
  )
  if (!isPassphrase(passphrase))
    throw new CommandFailed({
      exit: exits.usage,
      code: 'Usage',
      message: `A passphrase has ${passphraseCharactersMin} characters or more.`,
    })
  return { kind, passphrase }
}

const kinds = ['keystead init --seal key-file', 'keystead init --seal passphrase']

/** Said plainly: shares that nobody can join again would be worse than none. */
const noShares = (): CommandFailed =>
  new CommandFailed({
    exit: exits.usage,
    code: 'SealKindUnknown',
    message: 'There is no seal in shares here; nothing was made.',
    because: 'a root key is sealed by a key file, a passphrase, or a token that is added later (keystead seal add)',
    next: kinds,
  })

const unknownKind = (kind: string): CommandFailed =>
  new CommandFailed({
    exit: exits.usage,
    code: 'SealKindUnknown',
    message: `An instance does not begin with a seal of kind ${kind}; nothing was made.`,
    because: 'it begins with a key file or a passphrase; others are added to it (keystead seal add)',
    next: kinds,
  })

async function initialised({ dataDir, stateHome }: Config, seal: FirstSeal): Promise<Initialised> {
  try {
    return await initialiseDirectory({ dataDir, stateHome }, seal)
  } catch (error) {
    if (error instanceof AlreadyThere)
      throw new CommandFailed({
        exit: exits.conflict,
        code: 'AlreadyThere',
        message: error.message,
        next: [`keystead start --data ${dataDir}`],
      })
    if (error instanceof DataDirectoryLocked)
      throw new CommandFailed({
        exit: exits.conflict,
        code: 'DataDirectoryLocked',
        message: `${error.message}.`,
        next: [`keystead status --data ${dataDir}`],
      })
    throw error
  }
}
