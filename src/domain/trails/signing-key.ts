import { createHash, createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { TrailKey } from './records.ts'

type KeyNeeds = Needs<'trailKeys' | 'instance' | 'ground' | 'store'>
const make = promisify(generateKeyPair)
const version = '00000000000000000000000000000001'

export interface DigestKey {
  readonly fingerprint: string
  readonly privateKey: KeyObject
}

/** The pair that digests are signed with; made with the first digest, in its commit. */
export async function digestKey(context: KeyNeeds, call: Call): Promise<DigestKey> {
  const [known] = context.trailKeys.all(call, context.instance.installation)
  return known === undefined ? newKey(context, call) : openKey(context, known.value)
}

async function newKey({ trailKeys, instance, ground }: KeyNeeds, call: Call): Promise<DigestKey> {
  const { publicKey, privateKey } = await call.once('pair of digests', async () => make('rsa', { modulusLength: 2_048 }))
  const der = publicKey.export({ type: 'pkcs1', format: 'der' })
  const value: TrailKey = {
    fingerprint: createHash('sha256').update(der).digest('hex').slice(0, 32),
    publicKey: der.toString('base64'),
    createdAt: call.at,
  }
  const held = trailKeys.create(call, instance.installation, { path: [value.fingerprint], value })
  using bytes = new SecretBytes(privateKey.export({ type: 'pkcs8', format: 'der' }))
  const place = { id: held.id, version }
  call.materials.push({ place, material: ground.barrier.sealMaterial(place, bytes.bytes) })
  return { fingerprint: value.fingerprint, privateKey }
}

async function openKey({ trailKeys, instance, ground, store }: KeyNeeds, { fingerprint }: TrailKey): Promise<DigestKey> {
  const place = { id: trailKeys.idOf(instance.installation, [fingerprint]), version }
  const material = await store.material(place)
  if (material === undefined) throw new Error('the key of digests has no material')
  using bytes = ground.barrier.openMaterial(place, material)
  return { fingerprint, privateKey: createPrivateKey({ key: Buffer.from(bytes.bytes), format: 'der', type: 'pkcs8' }) }
}
