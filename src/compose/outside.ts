import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Config } from '#config'
import type { Bytes } from '#model/brands.ts'
import type { ContextParts } from './context.ts'
import { outgoingOf } from './outgoing.ts'

/** Certificates of the file that the configuration names, DER. Throws for a file without any: who names one means it. */
function attestationRootsOf({ attestationRootsFile: file }: Config): readonly Bytes[] {
  if (file === undefined) return []
  const blocks = readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw new Error(`${file} holds no certificate`)
  return blocks.map(block => Uint8Array.from(new X509Certificate(block).raw))
}

/** What the configuration trusts outside, and lets be asked. */
export const outsideOf = (config: Config): Pick<ContextParts, 'outgoing' | 'keyStoreHosts' | 'attestationRoots'> => ({
  outgoing: outgoingOf(config),
  keyStoreHosts: config.keyStoreHosts,
  attestationRoots: attestationRootsOf(config),
})
