import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { javaTrustStore } from '#adapters/tls/java-trust-store.ts'
import { publicBaseNames, publicNamesTold } from '#protocols/proxy/public-names.ts'
import { memberOf, textOf } from './json-value.ts'
import { CommandFailed, exits, note } from './output.ts'

/** What a command needs to take the instance for the public cloud, until it ends. */
export interface PublicCloud extends Disposable {
  /** The instance's, with the trust and az's folder of this command. */
  readonly environment: unknown
  /** Names that no variable may lead past the proxy. */
  readonly domains: readonly string[]
  /** Variables that lead a client away from the cloud that it has built in. */
  readonly unwanted: readonly string[]
}

const leadingElsewhere = [
  'AZURE_AUTHORITY_HOST',
  'AZURE_CORE_INSTANCE_DISCOVERY',
  'ARM_CLOUD_METADATA_URL',
  'ARM_METADATA_HOSTNAME',
  'ARM_METADATA_HOST',
] as const

/** PEM that the instance is known by. Where an operator has put a certificate of the house, nobody plays the public cloud (people.md 0.1 decision 7). */
export function publicCa(environment: unknown): { readonly ca: string } {
  if (memberOf(environment, 'profile') === 'local' && textOf(memberOf(environment, 'trustStoreFile')) !== '')
    return { ca: readFileSync(textOf(memberOf(environment, 'caFile')), 'utf8') }
  throw new CommandFailed({
    exit: exits.usage,
    code: 'NotInProduction',
    message: '--as-azure is for the local profile alone.',
    because: 'this instance serves under a certificate of its operator',
    next: ['keystead exec -- COMMAND'],
  })
}

/** Trust in `rootPem` is in files that are gone when the command is; az keeps whom it signed in there apart from any other cloud. */
export function openPublicCloud(environment: unknown, rootPem = ''): PublicCloud {
  note(`keystead: ${publicNamesTold} lead to this instance, for this command alone`)
  const dir = mkdtempSync(join(tmpdir(), 'keystead-as-azure-'))
  const files = { bundleFile: join(dir, 'bundle.pem'), trustStoreFile: join(dir, 'trust.jks') }
  const bundle = `${readFileSync(textOf(memberOf(environment, 'bundleFile')), 'utf8').trimEnd()}\n${rootPem}`
  writeFileSync(files.bundleFile, bundle)
  writeFileSync(files.trustStoreFile, javaTrustStore(bundle, Date.now()))
  const azureConfigDir = join(textOf(memberOf(environment, 'azureConfigDir')), 'as-azure')
  mkdirSync(azureConfigDir, { recursive: true, mode: 0o700 })
  return {
    environment: { ...Object(environment), ...files, azureConfigDir },
    domains: publicBaseNames,
    unwanted: leadingElsewhere,
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  }
}
