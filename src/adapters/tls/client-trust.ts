import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { javaTrustStore } from './java-trust-store.ts'
import { writeDurably } from '#adapters/system/write-durably.ts'

export interface ClientTrust {
  /** Our root alone. */
  readonly caFile: string
  /** The system's roots, then ours: variables that name a CA file replace a client's trust (people.md 0.5). */
  readonly bundleFile: string
  /** The bundle for Java, which reads no PEM; absent where the certificate is the operator's. */
  readonly trustStoreFile?: string
}

const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

interface Roots {
  readonly rootPem: string
  /** The discovery alias': they go into the bundle alone. */
  readonly extraRoots: readonly string[]
  /** When, in milliseconds: Java dates what it trusts. */
  readonly now: number
}

/** Writes what clients are handed, into `DIR/client`; what is there already stays, as at every start but the first. */
export function writeClientTrust(dir: string, { rootPem, extraRoots, now }: Roots): ClientTrust {
  mkdirSync(dir, { recursive: true, mode: 0o755 })
  const trust = { caFile: join(dir, 'ca.pem'), bundleFile: join(dir, 'bundle.pem'), trustStoreFile: join(dir, 'trust.jks') }
  const bundle = [systemRoots().trimEnd(), rootPem.trimEnd(), ...extraRoots, ''].join('\n')
  if (existsSync(trust.trustStoreFile) && holds(trust.caFile, rootPem) && holds(trust.bundleFile, bundle)) return trust
  writeDurably(trust.caFile, rootPem, 0o644)
  // Before the bundle, whose text then stands for both.
  writeDurably(trust.trustStoreFile, javaTrustStore(bundle, now), 0o644)
  writeDurably(trust.bundleFile, bundle, 0o644)
  return trust
}

const holds = (path: string, text: string): boolean => existsSync(path) && readFileSync(path, 'utf8') === text

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
