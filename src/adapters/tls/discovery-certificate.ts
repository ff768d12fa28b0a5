import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Millis } from '#model/brands.ts'
import type { Random } from '#ports/random.ts'
import { issueLeaf, makeAuthority } from './authority.ts'
import { type CertificateFiles, loadServerCertificate } from './server-certificate.ts'
import { writeDurably } from '#adapters/system/write-durably.ts'

/** A chain of its own has no issuer left to renew it: it lasts longer than the instance's leaf. */
const discoveryDays = 365
const dayMs = 86_400_000

/**
 * The certificate of the discovery alias for one public name. Both authority keys are gone when this returns, so trusting its root
 * means trusting this one key for this one name (people.md 0.1 decision 6). Kept over restarts until a third of its life is left.
 */
export async function discoveryCertificate(
  host: string,
  options: { readonly dir: string; readonly now: Millis; readonly random: Random },
): Promise<CertificateFiles & { readonly rootPem: string }> {
  const { dir, now } = options
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const files = { certFile: join(dir, 'discovery.pem'), keyFile: join(dir, 'discovery.key') }
  const rootFile = join(dir, 'discovery-root.pem')
  if (lasts(files, now)) return { ...files, rootPem: readFileSync(rootFile, 'utf8') }
  const authority = await makeAuthority({ dns: [host], ip: [] }, options)
  using _gone = authority.issuerKey
  const leaf = await issueLeaf(authority, { dns: [host], ip: [], days: discoveryDays }, options)
  // The certificate last: with it stands the rest.
  writeDurably(rootFile, authority.rootPem, 0o644)
  writeDurably(files.keyFile, leaf.keyPem, 0o600)
  writeDurably(files.certFile, leaf.chainPem, 0o644)
  return { ...files, rootPem: authority.rootPem }
}

function lasts(files: CertificateFiles, now: Millis): boolean {
  try {
    return loadServerCertificate(files, now).expiresAt - now > (discoveryDays * dayMs) / 3
  } catch {
    return false
  }
}
