import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { writeDurably } from './write-durably.ts'

export interface ClientTrust {
  /** Our root alone. */
  readonly caFile: string
  /** The system's roots, then ours: variables that name a CA file replace a client's trust (people.md 0.5). */
  readonly bundleFile: string
}

const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** Writes what clients are handed, into `DIR/client`. `extraRoots` (the discovery alias) go into the bundle alone. */
export function writeClientTrust(dir: string, roots: { readonly rootPem: string; readonly extraRoots: readonly string[] }): ClientTrust {
  mkdirSync(dir, { recursive: true, mode: 0o755 })
  const trust = { caFile: join(dir, 'ca.pem'), bundleFile: join(dir, 'bundle.pem') }
  writeDurably(trust.caFile, roots.rootPem, 0o644)
  writeDurably(trust.bundleFile, [systemRoots().trimEnd(), roots.rootPem.trimEnd(), ...roots.extraRoots, ''].join('\n'), 0o644)
  return trust
}

function systemRoots(): string {
  for (const file of systemBundles) {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      continue
    }
  }
  return rootCertificates.join('\n')
}
