import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bytes, Millis } from '#model/brands.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import { type Authority, issueLeaf, leafDays, makeAuthority } from './authority.ts'
import { loopbackRanges, nameConstraints, type PermittedNames } from './name-constraints.ts'
import { type CertificateFiles, loadServerCertificate } from './server-certificate.ts'
import { writeDurably } from '#adapters/system/write-durably.ts'

/** Where the issuer's key is sealed between starts. */
export interface IssuerKeep {
  load(): SecretBytes | undefined
  save(pkcs8: Bytes): void
}

export interface DevelopmentTls extends CertificateFiles {
  /** Our root: what clients are to trust. */
  readonly rootPem: string
  readonly made: 'authority' | 'leaf' | 'nothing'
}

interface Request {
  /** `DIR/tls`. */
  readonly dir: string
  readonly domain: string
  readonly regions: readonly string[]
  readonly now: Millis
  readonly random: Random
}

const dayMs = 86_400_000

/** One certificate for every name that is served; a wildcard covers one label (people.md 0.3). */
export function servedNames(domain: string, regions: readonly string[]) {
  const below = ['vault', 'managedhsm', 'blob'].map(label => `*.${label}.${domain}`)
  const regional = regions.flatMap(region => [`*.${region}.${domain}`, `*.s3.${region}.${domain}`, `*.ddb.${region}.${domain}`])
  return { dns: [domain, `*.${domain}`, ...below, ...regional, 'localhost'], ip: ['127.0.0.1', '::1'] }
}

/**
 * The development certificate: kept over restarts, renewed when a third of its life or less is left, made anew with its authority where that
 * fits the domain no more. `undefined`: the keep is shut (sealed) and nothing usable lies there.
 */
export async function developmentTls(request: Request, keep: IssuerKeep | undefined): Promise<DevelopmentTls | undefined> {
  const { dir, domain, regions, now } = request
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const files = { certFile: join(dir, 'server.pem'), keyFile: join(dir, 'server.key') }
  const kept = readAuthority(request)
  if (kept !== undefined && leafServes(files, { ...request, issuer: kept.issuer, leastLeftMs: leastLeft(keep) }))
    return { ...files, rootPem: kept.rootPem, made: 'nothing' }
  if (keep === undefined) return undefined
  using key = keep.load()
  const matching = kept !== undefined && key !== undefined && kept.issuer.checkPrivateKey(privateKey(key)) ? kept : undefined
  const authority = matching === undefined || key === undefined ? await newAuthority(request, keep) : { ...matching, issuerKey: key }
  using _issuerKey = authority.issuerKey
  const leaf = await issueLeaf(authority, { ...servedNames(domain, regions), days: leafDays }, { now, random: request.random })
  writeDurably(files.keyFile, leaf.keyPem, 0o600)
  writeDurably(files.certFile, leaf.chainPem, 0o644)
  return { ...files, rootPem: authority.rootPem, made: matching === undefined ? 'authority' : 'leaf' }
}

/** Renewed in time where it can be; where it cannot, it serves as long as it is valid. */
const leastLeft = (keep: IssuerKeep | undefined): number => (keep === undefined ? 0 : (leafDays * dayMs) / 3)

const permittedNames = (domain: string): PermittedNames => ({ dns: [domain, 'localhost'], ip: loopbackRanges })

async function newAuthority({ dir, domain, now, random }: Request, keep: IssuerKeep): Promise<Authority> {
  const authority = await makeAuthority(permittedNames(domain), { now, random })
  keep.save(authority.issuerKey.bytes)
  writeDurably(join(dir, 'root.pem'), authority.rootPem, 0o644)
  writeDurably(join(dir, 'issuer.pem'), authority.issuerPem, 0o644)
  return authority
}

interface KeptAuthority {
  readonly rootPem: string
  readonly issuerPem: string
  readonly issuer: X509Certificate
}

/** Files that a crash left half written, another domain's, or an issuer that outlives no leaf, are as good as none. */
function readAuthority({ dir, domain, now }: Request): KeptAuthority | undefined {
  try {
    const rootPem = readFileSync(join(dir, 'root.pem'), 'utf8')
    const issuerPem = readFileSync(join(dir, 'issuer.pem'), 'utf8')
    const [root, issuer] = [new X509Certificate(rootPem), new X509Certificate(issuerPem)]
    const lasts = issuer.validToDate.getTime() - now > leafDays * dayMs
    const fits = issuer.raw.includes(nameConstraints(permittedNames(domain))) && issuer.checkIssued(root) && issuer.verify(root.publicKey)
    return lasts && fits ? { rootPem, issuerPem, issuer } : undefined
  } catch {
    return undefined
  }
}

function leafServes(
  files: CertificateFiles,
  wanted: Request & { readonly issuer: X509Certificate; readonly leastLeftMs: number },
): boolean {
  try {
    const { cert, expiresAt } = loadServerCertificate(files, wanted.now)
    const leaf = new X509Certificate(cert)
    const { dns } = servedNames(wanted.domain, wanted.regions)
    const names = new Set(leaf.subjectAltName?.split(', ') ?? [])
    return (
      expiresAt - wanted.now > wanted.leastLeftMs && leaf.verify(wanted.issuer.publicKey) && dns.every(name => names.has(`DNS:${name}`))
    )
  } catch {
    return false
  }
}

const privateKey = (pkcs8: SecretBytes) => createPrivateKey({ key: Buffer.from(pkcs8.bytes), format: 'der', type: 'pkcs8' })
