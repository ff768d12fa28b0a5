// The kinds of keys that are more than what a vault has: one shape for all of them, and one cache.
import assert from 'node:assert/strict'
import type { KeyObject } from 'node:crypto'
import type { EcSpecName } from '#crypto/curves.ts'
import { edwardsSeed } from '#crypto/edwards.ts'
import { keySpecs } from '#crypto/key-specs.ts'
import { macSpecs, type MacSpec } from '#crypto/mac-keys.ts'
import { mlKemSpecs, type MlKemSpec } from '#crypto/ml-kem.ts'
import { specOfPublicKey } from '#crypto/public-key.ts'
import { compartmentOf, type Bytes } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { CryptoModule, EdwardsSpec, EnvelopeSpec, KeyKind } from '#ports/crypto-module.ts'
import type { MessageSigning } from '#ports/key-mathematics.ts'
import type { KeyedMathematics } from '#ports/keyed-mathematics.ts'
import type { Random } from '#ports/random.ts'
import { agreementKey } from './agreement-key.ts'
import { edwardsKey } from './edwards-key.ts'
import { envelopeKey } from './envelope-key.ts'
import { generatePkcs8 } from './generate.ts'
import { kemKey } from './kem-key.ts'
import type { KeyCache } from './key-cache.ts'
import { macKey } from './mac-key.ts'
import { openPair, openSecret, pairOf, type OpenedKey, type OpenedPair } from './opened-key.ts'
import type { Work } from './usable-key.ts'
import type { WorkQueue } from './work-queue.ts'

export interface KindParts {
  readonly barrier: Barrier
  readonly random: Random
  readonly cache: KeyCache<OpenedKey>
  readonly queue: WorkQueue
  readonly messages: MessageSigning
  readonly keyed: KeyedMathematics
}

interface Fresh {
  readonly secret: SecretBytes
  readonly publicKey?: Bytes
}

/** What tells one kind from another. */
interface KindRules<Spec extends string, Usable> {
  fresh(spec: Spec): Promise<Fresh>
  /** Asserts that it is of the spec. */
  open(spec: Spec, secret: Bytes): OpenedKey
  usable(spec: Spec, work: Work): Usable
}

export function keyKinds(parts: KindParts): Pick<CryptoModule, 'envelopes' | 'macs' | 'agreements' | 'edwards' | 'kems'> {
  const drawn = async (length: number): Promise<Fresh> => ({ secret: new SecretBytes(parts.random.bytes(length)) })
  return {
    envelopes: keyKind<EnvelopeSpec, ReturnType<typeof envelopeKey>>(parts, {
      fresh: () => drawn(envelopeBytes),
      open: (_spec, secret) => secretOfLength(secret, { min: envelopeBytes, max: envelopeBytes }),
      usable: (_spec, work) => envelopeKey(work, parts),
    }),
    macs: keyKind<MacSpec, ReturnType<typeof macKey>>(parts, {
      fresh: spec => drawn(macSpecs[spec].bytes),
      open: (spec, secret) => secretOfLength(secret, macSpecs[spec].taken),
      usable: (spec, work) => macKey(work, spec),
    }),
    agreements: keyKind<EcSpecName, ReturnType<typeof agreementKey>>(parts, {
      fresh: madePair,
      open: (spec, pkcs8) => pairWhere(pkcs8, ({ publicKey }) => specOfPublicKey(spkiOf(publicKey)) === keySpecs[spec].crv),
      usable: (_spec, work) => agreementKey(work),
    }),
    edwards: keyKind<EdwardsSpec, ReturnType<typeof edwardsKey>>(parts, {
      fresh: madePair,
      open: (_spec, pkcs8) => pairWhere(pkcs8, () => edwardsSeed(pkcs8).length > 0),
      usable: (_spec, work) => edwardsKey(work, parts),
    }),
    kems: keyKind<MlKemSpec, ReturnType<typeof kemKey>>(parts, {
      fresh: madePair,
      open: (spec, pkcs8) => pairWhere(pkcs8, ({ publicKey }) => publicKey.asymmetricKeyType === mlKemSpecs[spec].name),
      usable: (_spec, work) => kemKey(work),
    }),
  }
}

const envelopeBytes = 32

function keyKind<Spec extends string, Usable>({ barrier, cache, queue }: KindParts, rules: KindRules<Spec, Usable>): KeyKind<Spec, Usable> {
  return {
    async generate(spec, place) {
      const made = await queue.run(compartmentOf(place.id), () => rules.fresh(spec))
      using secret = made.secret
      return {
        material: barrier.sealMaterial(place, secret.bytes),
        ...(made.publicKey !== undefined && { publicKey: made.publicKey }),
      }
    },
    async import(spec, secret, place) {
      using opened = rules.open(spec, secret.bytes)
      return {
        material: barrier.sealMaterial(place, secret.bytes),
        ...(opened.kty === 'pair' && { publicKey: spkiOf(opened.publicKey) }),
      }
    },
    async use(place, spec, material) {
      const opening = async (): Promise<OpenedKey> => {
        using secret = barrier.openMaterial(place, await material())
        return rules.open(spec, secret.bytes)
      }
      // Opened now: a key that does not open is known before it is used.
      await cache.with(place, opening, async () => undefined)
      return rules.usable(spec, (placement, work) => {
        const once = () => cache.with(place, opening, work)
        return placement === 'inline' ? once() : queue.run(compartmentOf(place.id), once)
      })
    },
  }
}

async function madePair(spec: EcSpecName | EdwardsSpec | MlKemSpec): Promise<Fresh> {
  const { pkcs8, publicKey } = await generatePkcs8(spec)
  return { secret: pkcs8, publicKey }
}

function secretOfLength(secret: Bytes, { min, max }: { readonly min: number; readonly max: number }): OpenedKey {
  assert(secret.length >= min && secret.length <= max, 'the key is of another length')
  return openSecret(secret)
}

function pairWhere(pkcs8: Bytes, fits: (pair: OpenedPair) => boolean): OpenedKey {
  const pair = pairOf(openPair(pkcs8))
  assert(fits(pair), 'the material is of another spec')
  return pair
}

const spkiOf = (publicKey: KeyObject): Bytes => Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }))
