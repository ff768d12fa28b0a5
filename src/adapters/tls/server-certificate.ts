import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFileSync, statSync, unwatchFile, watchFile } from 'node:fs'
import { type Millis, millis } from '#model/brands.ts'
import type { Clock } from '#ports/clock.ts'
import type { Log } from '#ports/log.ts'

export interface CertificateFiles {
  /** PEM: the leaf, then its issuers. */
  readonly certFile: string
  readonly keyFile: string
}

/** Fit for `tls.createServer` and `server.setSecureContext`. */
export interface ServerCertificate {
  readonly cert: string
  readonly key: string
  readonly expiresAt: Millis
  /** SHA-256 of the whole certificate: what identifies it (security-and-reliability.md 5.4). */
  readonly fingerprint: string
}

/** TLS 1.2 with forward secrecy and AEAD alone, or 1.3 (security-and-reliability.md 5.4; performance.md 3.3: no HTTP/2). */
export const listenerTls = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
  ].join(':'),
  honorCipherOrder: true,
  ALPNProtocols: ['http/1.1'],
} as const

/** Reads and judges a certificate and its key; throws, saying what is wrong with which file. */
export function loadServerCertificate({ certFile, keyFile }: CertificateFiles, now: Millis): ServerCertificate {
  const cert = readFileSync(certFile, 'utf8')
  const chain = (cert.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(pem => new X509Certificate(pem))
  const [leaf] = chain
  if (leaf === undefined) throw new Error(`${certFile} holds no PEM certificate`)
  refuseUnfit(certFile, leaf, now)
  for (const [place, issuer] of chain.slice(1).entries()) {
    const issued = chain[place]
    if (issued?.checkIssued(issuer) !== true || !issued.verify(issuer.publicKey)) {
      throw new Error(
        `${certFile}: certificate ${place + 2} did not issue certificate ${place + 1}; the leaf comes first, then its issuers`,
      )
    }
  }
  const key = readKeyFile(keyFile)
  if (!leaf.checkPrivateKey(parsed(keyFile, key))) throw new Error(`${keyFile} is not the key of ${certFile}`)
  return { cert, key, expiresAt: millis(leaf.validToDate.getTime()), fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase() }
}

function refuseUnfit(file: string, leaf: X509Certificate, now: Millis): void {
  if (leaf.validToDate.getTime() <= now) throw new Error(`${file} has expired on ${leaf.validTo}`)
  if (leaf.validFromDate.getTime() > now) throw new Error(`${file} is not valid before ${leaf.validFrom}`)
  if (leaf.ca) throw new Error(`${file} begins with a certificate authority, not with a server's certificate`)
  if (leaf.subjectAltName === undefined) throw new Error(`${file} names no host: clients read the subject alternative names alone`)
  refuseWeak(file, leaf.publicKey)
}

const curves: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

function refuseWeak(file: string, { asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): void {
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0
    if (bits < 2048) throw new Error(`${file} has an RSA key of ${bits} bits; 2048 is the least (NIST SP 800-131A)`)
    return
  }
  if (type === 'ec' && curves.has(details?.namedCurve ?? '')) return
  if (type !== 'ed25519')
    throw new Error(`${file} has a key of a kind that TLS clients do not take: use RSA of 2048 bits or more, P-256, P-384 or P-521`)
}

function readKeyFile(file: string): string {
  if ((statSync(file).mode & 0o007) !== 0) throw new Error(`${file} may be read by everybody: chmod 0600 ${file}`)
  return readFileSync(file, 'utf8')
}

function parsed(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (cause) {
    // OpenSSL's own words may quote the input.
    throw new Error(`${file} holds no private key in PEM without a passphrase`, { cause })
  }
}

export interface Watch {
  /** At once: what SIGHUP asks for. */
  reload(): void
  stop(): void
}

/** Follows the files: a good change is applied to new connections, a bad one keeps what is served and is told. */
export function watchCertificate(
  files: CertificateFiles,
  options: {
    readonly apply: (certificate: ServerCertificate) => void
    readonly clock: Clock
    readonly log: Log
    readonly intervalMs?: number
  },
): Watch {
  const reload = () => {
    try {
      const certificate = loadServerCertificate(files, options.clock.now())
      options.apply(certificate)
      options.log.info('certificate-loaded', { fingerprint: certificate.fingerprint })
    } catch (cause) {
      options.log.error('certificate-refused', cause, { path: files.certFile })
    }
  }
  // Polled, not notified: files that are replaced through a symbolic link, as in containers, give no event.
  const poll = { interval: options.intervalMs ?? 5_000, persistent: false }
  watchFile(files.certFile, poll, reload)
  watchFile(files.keyFile, poll, reload)
  return {
    reload,
    stop() {
      unwatchFile(files.certFile, reload)
      unwatchFile(files.keyFile, reload)
    },
  }
}
