import assert from 'node:assert/strict'
import { millis, type Bytes, type Millis } from '#model/brands.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import type { Certified, CertificateWanted, StatusPlaces } from '#ports/pki.ts'
import type { MadeKey } from '#ports/crypto-module.ts'
import type { Material, Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { signedWith, type SigningPlace } from '#domain/certificates/sign-with.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { moved } from '#domain/keys/durations.ts'
import type { Held } from '#domain/records/family.ts'
import { wholeSecond } from '#domain/vault-objects/attributes.ts'
import type { AuthorityLevel, CertificateAuthority } from './records.ts'

export type AuthorityNeeds = Needs<'certificateAuthorities' | 'issuedCertificates' | 'module' | 'store' | 'ground' | 'pki' | 'instance'>
export type HeldAuthority = Held<CertificateAuthority, readonly [tenantId: string]>
export type LevelName = 'root' | 'issuer'

const module = 'software'
const specs = { root: 'P-384', issuer: 'P-256' } as const satisfies Record<LevelName, KeySpec>
const years = { root: 20, issuer: 10 } as const satisfies Record<LevelName, number>
const backdateMs = 10 * 60_000

/** A tenant's authority where it has been asked before. */
export const existingAuthority = async (
  { certificateAuthorities }: Needs<'certificateAuthorities'>,
  call: Call,
  tenantId: string,
): Promise<HeldAuthority | undefined> => certificateAuthorities.get(call, compartmentOfGuid(tenantId), [tenantId.toLowerCase()])

/** Where the authority's certificate, its revocation list and its word on single certificates are had. */
export function placesOf(
  { instance }: Needs<'instance'>,
  of: { readonly tenantId: string; readonly portSuffix: string; readonly level: LevelName },
): StatusPlaces {
  const base = `https://pki.${instance.domain}${of.portSuffix}/${of.tenantId.toLowerCase()}`
  const places = { issuer: `${base}/${of.level}.cer`, revocationList: `${base}/${of.level}.crl` }
  return of.level === 'issuer' ? { ...places, ocsp: `${base}/ocsp` } : places
}

/** One level's key as one that signs. */
export function signerOfLevel(
  { store }: Needs<'store'>,
  {
    id,
    level,
    made,
  }: { readonly id: Place['id']; readonly level: Pick<AuthorityLevel, 'spec' | 'module' | 'material'>; readonly made?: Material },
): SigningPlace {
  const place = { id, version: level.material }
  return {
    module: level.module,
    spec: level.spec,
    place,
    async material() {
      const material = made ?? (await store.material(place))
      assert(material !== undefined, 'an authority without its key')
      return material
    },
  }
}

interface MadeAuthority {
  readonly value: Omit<CertificateAuthority, 'createdAt'>
  readonly keys: Readonly<Record<LevelName, MadeKey>>
}

/** The tenant's authority, made if it is the first time: root and issuer, their keys held like any other. Its issuer's material is answered where it is not stored yet. */
export async function authorityFor(
  context: AuthorityNeeds,
  call: Call,
  of: { readonly tenantId: string; readonly portSuffix: string },
): Promise<{ readonly authority: HeldAuthority; readonly issuerMaterial: Material | undefined }> {
  const found = await existingAuthority(context, call, of.tenantId)
  if (found !== undefined) return { authority: found, issuerMaterial: undefined }
  const { certificateAuthorities } = context
  const compartment = compartmentOfGuid(of.tenantId)
  const path = [of.tenantId.toLowerCase()] as const
  const id = certificateAuthorities.idOf(compartment, path)
  const made = await call.once(`authority of ${of.tenantId}`, async () => makeAuthority(context, call, { ...of, id }))
  const authority = certificateAuthorities.create(call, compartment, { path, value: { ...made.value, createdAt: wholeSecond(call.at) } })
  for (const level of ['root', 'issuer'] as const)
    call.materials.push({ place: { id, version: made.value[level].material }, material: made.keys[level].material })
  return { authority, issuerMaterial: made.keys.issuer.material }
}

async function makeAuthority(
  context: AuthorityNeeds,
  call: Call,
  of: { readonly tenantId: string; readonly portSuffix: string; readonly id: Place['id'] },
): Promise<MadeAuthority> {
  const { id, tenantId } = of
  // Places of their own: whoever makes the same authority at the same moment opens other keys, and one of the two is kept.
  const materials = { root: context.ground.random.bytes(16).toHex(), issuer: context.ground.random.bytes(16).toHex() }
  const make = async (level: LevelName): Promise<MadeKey> =>
    context.module(module).generate(specs[level], { id, version: materials[level] })
  const keys = { root: await make('root'), issuer: await make('issuer') }
  const pki = await context.pki()
  const levelOf = (level: LevelName): Omit<AuthorityLevel, 'certificate'> => ({ spec: specs[level], module, material: materials[level] })
  const signer = signerOfLevel(context, { id, level: levelOf('root'), made: keys.root.material })
  const certify = async (level: LevelName, issuer: Bytes | undefined): Promise<Bytes> => {
    const wanted: CertificateWanted = {
      ...certifiedLevel(level, tenantId, keys[level]),
      ...lifeOf(call.at, level),
      serial: positive(context.ground.random.bytes(16)),
      issuer,
      signer: signer.spec,
      ...(issuer !== undefined && { places: placesOf(context, { ...of, level: 'root' }) }),
    }
    return signedWith(context, signer, pki.certificateToSign(wanted))
  }
  const root = await certify('root', undefined)
  const issuer = await certify('issuer', root)
  return {
    keys,
    value: {
      tenantId,
      root: { ...levelOf('root'), certificate: root.toBase64() },
      issuer: { ...levelOf('issuer'), certificate: issuer.toBase64() },
    },
  }
}

/** The issuer answers for what it issued by its own key (RFC 6960 4.2.2.2), so it signs other things than certificates too. */
function certifiedLevel(level: LevelName, tenantId: string, key: MadeKey): Certified {
  if (key.publicKey === undefined) throw new Error('a key pair without its public half')
  const title = level === 'root' ? 'Keystead root' : 'Keystead issuer'
  return {
    subject: `CN=${title} ${tenantId.slice(0, 8)}, O=Keystead, OU=${tenantId.toLowerCase()}`,
    names: { emails: [], dnsNames: [], upns: [], uris: [], ipAddresses: [] },
    keyUsage: ['digitalSignature', 'keyCertSign', 'cRLSign'],
    extendedKeyUsage: [],
    ca: true,
    pathLength: level === 'root' ? 1 : 0,
    publicKey: key.publicKey,
  }
}

function lifeOf(at: Millis, level: LevelName): { readonly notBefore: Millis; readonly notAfter: Millis } {
  const now = wholeSecond(at)
  const end = moved(now, { text: '', months: years[level] * 12, seconds: 0 }, 1) ?? now
  return { notBefore: millis(now - backdateMs), notAfter: millis(end) }
}

/** A serial of full length (RFC 5280 4.1.2.2). Takes the bytes and changes them. */
export function positive(bytes: Bytes): Bytes {
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes
}
