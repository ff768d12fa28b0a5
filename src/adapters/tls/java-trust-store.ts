import { createHash } from 'node:crypto'

/** Java's word for "no password": it keeps the store whole, not secret. */
export const trustStorePassword = 'changeit'

const magic = 0xfe_ed_fe_ed
const [version, trustedCertificate] = [2, 2]

/**
 * The certificates of a PEM text as a Java key store (JKS) of trusted entries, all made at `at` (milliseconds since 1970). A PKCS#12 that
 * OpenSSL writes without keys is empty to Java (people.md 0.2), so it is this older form, which every Java reads.
 */
export function javaTrustStore(pem: string, at: number): Buffer {
  const certificates = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)].map(([, base64 = '']) =>
    Buffer.from(base64, 'base64'),
  )
  const entries = certificates.map((der, index) =>
    Buffer.concat([number(trustedCertificate), text(`ca-${index}`), time(at), text('X.509'), number(der.length), der]),
  )
  const body = Buffer.concat([number(magic), number(version), number(entries.length), ...entries])
  return Buffer.concat([body, digestOf(body)])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function time(at: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(at))
  return bytes
}

/** Two bytes of length, then ASCII, as `DataOutput.writeUTF` has it. */
function text(value: string): Buffer {
  const bytes = Buffer.alloc(2 + value.length)
  bytes.writeUInt16BE(value.length)
  bytes.write(value, 2, 'latin1')
  return bytes
}

/** SHA-1 over the password in UTF-16BE, a constant of the format's authors, and all that stands before it. */
function digestOf(body: Buffer): Buffer {
  const password = Buffer.from(trustStorePassword, 'utf16le').swap16()
  return createHash('sha1').update(password).update('Mighty Aphrodite').update(body).digest()
}
