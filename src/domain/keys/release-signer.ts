import { hash } from 'node:crypto'
import { certificateOf, certificateToSign } from '#crypto/self-signed.ts'
import type { Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import type { ReleaseSigner } from './records.ts'

const spec = 'RSA-2048'
const module = 'software'
const dayMs = 86_400_000
const livesMs = 365 * dayMs
const renewedBeforeMs = 30 * dayMs
const backdateMs = 5 * 60_000

type HeldSigner = Held<ReleaseSigner, readonly ['current']>

type SignerNeeds = Needs<'releaseSigners' | 'instance' | 'ground' | 'module' | 'store'>

/** What is released, signed so that whoever carries it cannot change it (key-vault.md 10.2): a JWS in compact form with the signer's certificate. */
export async function signRelease(context: SignerNeeds, call: Call, payload: object): Promise<string> {
  const signer = await signerFor(context, call)
  const certificate = Uint8Array.fromBase64(signer.value.certificate)
  const thumbprint = hash('sha1', certificate, 'buffer').toString('base64url')
  const header = {
    alg: 'RS256',
    kid: thumbprint,
    typ: 'JWT',
    x5t: thumbprint,
    'x5t#S256': hash('sha256', certificate, 'buffer').toString('base64url'),
    x5c: [signer.value.certificate],
  }
  const text = `${encoded(header)}.${encoded(payload)}`
  const place = { id: signer.id, version: signer.value.version }
  const usable = await context.module(module).use(place, spec, async () => materialOf(context, call, place))
  return `${text}.${Buffer.from(await usable.sign('RS256', hash('sha256', text, 'buffer'))).toString('base64url')}`
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')

/** As it stands, or as this call is about to store it. */
async function materialOf({ store }: Needs<'store'>, call: Call, place: Place) {
  const staged = call.materials.find(one => 'material' in one && one.place.id === place.id && one.place.version === place.version)
  const material = staged !== undefined && 'material' in staged ? staged.material : await store.material(place)
  if (material === undefined) throw new Error('a release signer without material')
  return material
}

async function signerFor(context: SignerNeeds, call: Call): Promise<HeldSigner> {
  const { instance, releaseSigners: signers } = context
  const before = await signers.get(call, instance.installation, ['current'])
  if (before !== undefined && call.at < before.value.notAfter - renewedBeforeMs) return before
  const { place, material, value } = await call.once('release signer', async () => generate(context, call))
  call.materials.push({ place, material })
  return before === undefined
    ? signers.create(call, instance.installation, { path: ['current'], value })
    : signers.update(call, before, value)
}

async function generate(context: SignerNeeds, call: Call) {
  const { ground, instance, releaseSigners: signers } = context
  const version = ground.random.bytes(16).toHex()
  const place: Place = { id: signers.idOf(instance.installation, ['current']), version }
  const { material, publicKey } = await context.module(module).generate(spec, place)
  if (publicKey === undefined) throw new Error('a release signer without a public half')
  const notAfter = call.at + livesMs
  const toBeSigned = certificateToSign({
    commonName: `vault.${instance.domain}`,
    serial: ground.random.bytes(16),
    notBefore: call.at - backdateMs,
    notAfter,
    publicKey,
  })
  const usable = await context.module(module).use(place, spec, async () => material)
  const certificate = certificateOf(toBeSigned, await usable.sign('RS256', hash('sha256', toBeSigned, 'buffer')))
  return { place, material, value: { version, certificate: certificate.toBase64(), notAfter } }
}
