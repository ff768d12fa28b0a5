import { membersOfPkcs8 } from '#crypto/brought-key.ts'
import { importGate, type PrivateJwk } from '#crypto/import-gate.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { OpenedBundle, Pki, ReadCertificate } from '#ports/pki.ts'
import type { Call } from '#domain/call.ts'
import { rsaSizes } from '#domain/keys/specs.ts'
import { openContainer, type Container } from './container.ts'

/** A certificate with its sound private key, and what came with it. */
export interface Brought {
  readonly leaf: ReadCertificate
  /** The leaf among them, in the order of the container. */
  readonly all: readonly Bytes[]
  readonly spec: KeySpec
  /** As the gate wrote it. */
  readonly pkcs8: SecretBytes
  readonly publicKey: Bytes
  readonly form: 'pem' | 'pkcs12'
}

/** Exactly one key, and exactly one certificate of it. The call disposes of the key. Raises `BundleRefused`, `BundleWithoutKey`, `KeySizeNotSupported`. */
export async function broughtFrom(call: Call, pki: Pki, container: Container): Promise<Brought> {
  const { bundle, form } = await openContainer(pki, container)
  for (const key of bundle.keys) call.defer(key)
  const sound = await throughTheGate(call, bundle)
  const all = distinct(bundle.certificates).map(der => {
    const read = pki.readCertificate(der)
    if (read === undefined) throw refused('it holds a certificate that is not X.509, or of a key of another kind')
    return read
  })
  const own = all.filter(({ publicKey }) => Buffer.compare(publicKey, sound.publicKey) === 0)
  const [leaf] = own
  if (leaf === undefined || own.length > 1) throw refused('its key belongs to none of its certificates, or to several')
  return { ...sound, leaf, all: all.map(({ der }) => der), form }
}

/** A chain in full beside its leaf names that twice: it is one certificate all the same. */
const distinct = (certificates: readonly Bytes[]): readonly Bytes[] =>
  certificates.filter((der, at) => certificates.findIndex(other => Buffer.compare(other, der) === 0) === at)

const refused = (because: string): Problem => new Problem({ code: 'BundleRefused', details: { because } })

/** Exactly one key, and a sound one (security-and-reliability.md 5.8). */
async function throughTheGate(call: Call, { keys }: OpenedBundle): Promise<Pick<Brought, 'spec' | 'pkcs8' | 'publicKey'>> {
  const [key] = keys
  if (key === undefined) throw new Problem({ code: 'BundleWithoutKey' })
  if (keys.length > 1) throw refused('it holds more than one private key')
  const jwk = membersOfPkcs8(key.bytes)
  if (jwk === undefined) throw refused('its private key is neither RSA nor of a named curve')
  const judged = await importGate(jwk)
  zero(jwk)
  if ('flaw' in judged) {
    if (judged.unsupportedBits === undefined) throw refused(`its private key is not sound: ${judged.flaw}`)
    throw new Problem({ code: 'KeySizeNotSupported', details: { size: judged.unsupportedBits, supported: rsaSizes } })
  }
  const pkcs8 = new SecretBytes(judged.pkcs8)
  call.defer(pkcs8)
  return { spec: judged.spec, pkcs8, publicKey: judged.publicKey }
}

/** Views of the key that came: it is not needed any more. */
function zero(jwk: PrivateJwk): void {
  const members = jwk.kty === 'EC' ? [jwk.d] : [jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi]
  for (const member of members) member?.fill(0)
}
