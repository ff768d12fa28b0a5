// For tests alone: a maker of machines with a root, an authority and a signer of its own, and documents that it signs.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { systemRandom } from '#adapters/system/random.ts'
import { pkiBy } from '#adapters/x509/pki.ts'
import { signedObject } from '#crypto/certificate-signatures.ts'
import { millis, type Bytes, type Millis } from '#model/brands.ts'
import type { CertificateWanted } from '#ports/pki.ts'
import { signedStructure } from './cbor.ts'

type Written = number | string | null | Bytes | readonly Written[] | ReadonlyMap<number | string, Written>

/** CBOR with definite lengths (RFC 8949). */
export function writeCbor(value: Written): Bytes {
  if (value === null) return Uint8Array.of(0xf6)
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  if (value instanceof Map)
    return Buffer.concat([
      head(5, value.size),
      ...[...value].flatMap(([key, member]: [number | string, Written]) => [writeCbor(key), writeCbor(member)]),
    ])
  if (!Array.isArray(value)) throw new Error('nothing that is written')
  const items: readonly Written[] = value
  return Buffer.concat([head(4, items.length), ...items.map(writeCbor)])
}

function head(major: number, count: number): Bytes {
  const first = major << 5
  if (count < 24) return Uint8Array.of(first + count)
  if (count < 0x100) return Uint8Array.of(first + 24, count)
  if (count < 0x10000) return Uint8Array.of(first + 25, count >> 8, count & 0xff)
  const wide = Buffer.alloc(9)
  wide[0] = first + 27
  wide.writeBigUInt64BE(BigInt(count), 1)
  return wide
}

interface Signer {
  readonly privateKey: KeyObject
  readonly certificate: Bytes
  readonly subject: string
}

export interface Maker {
  readonly root: Bytes
  /** RSA, of the machine: the other half of what its documents carry. */
  readonly machineKey: KeyObject
  document(changes?: DocumentChanges): Bytes
}

export interface DocumentChanges {
  readonly said?: Readonly<Record<string, Written>>
  readonly leaf?: Partial<CertificateWanted>
  readonly authority?: Partial<CertificateWanted>
  readonly algorithm?: number
  /** What becomes of the signature. */
  readonly spoil?: (signature: Bytes) => Bytes
}

const pki = pkiBy(systemRandom())

type Making = (subject: string, issuer: Signer | undefined, changes: Partial<CertificateWanted>) => Signer

const certifying =
  (at: Millis): Making =>
  (subject, issuer, changes) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const toBeSigned = pki.certificateToSign({
      serial: Uint8Array.of(0x41, ...systemRandom().bytes(15)),
      subject,
      names: { emails: [], dnsNames: [], upns: [], uris: [], ipAddresses: [] },
      keyUsage: ['keyCertSign', 'cRLSign'],
      extendedKeyUsage: [],
      ca: true,
      publicKey: Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' })),
      notBefore: millis(at - 3_600_000),
      notAfter: millis(at + 10_800_000),
      ...(issuer !== undefined && { issuer: issuer.certificate }),
      signer: 'P-384',
      ...changes,
    })
    const signature = sign('sha384', toBeSigned, { key: issuer?.privateKey ?? privateKey, dsaEncoding: 'ieee-p1363' })
    return { privateKey, certificate: signedObject(toBeSigned, 'P-384', signature), subject }
  }

export function maker(at: Millis): Maker {
  const make = certifying(at)
  const root = make('CN=maker of machines', undefined, {})
  const machine = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  return {
    root: root.certificate,
    machineKey: machine.privateKey,
    document({ said = {}, leaf = {}, authority = {}, algorithm = -35, spoil = (signature: Bytes): Bytes => signature } = {}) {
      const between = make('CN=zone', root, authority)
      const signer = make('CN=i-0123456789abcdef0-enc0123', between, { ca: false, keyUsage: ['digitalSignature'], ...leaf })
      const registers = new Map<number, Written>([0, 1, 2, 3].map(index => [index, new Uint8Array(48).fill(index + 1)]))
      const payload = writeCbor(
        new Map<string, Written>(
          Object.entries({
            module_id: 'i-0123456789abcdef0-enc0123',
            digest: 'SHA384',
            timestamp: at,
            pcrs: registers,
            certificate: signer.certificate,
            cabundle: [root.certificate, between.certificate],
            public_key: Uint8Array.from(machine.publicKey.export({ format: 'der', type: 'spki' })),
            user_data: null,
            nonce: null,
            ...said,
          }),
        ),
      )
      const header = writeCbor(new Map<number, Written>([[1, algorithm]]))
      const signature = sign('sha384', signedStructure(header, payload), { key: signer.privateKey, dsaEncoding: 'ieee-p1363' })
      return Uint8Array.from(writeCbor([header, new Map<number, Written>(), payload, spoil(signature)]))
    },
  }
}
