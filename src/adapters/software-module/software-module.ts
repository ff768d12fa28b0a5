// The mathematics in this process: OpenSSL through node:crypto and the native module (design.md 3). Material is PKCS #8 DER,
// sealed by the Barrier for its place; opened keys live in a bounded cache and nowhere else.
import assert from 'node:assert/strict'
import { isRsa } from '#crypto/algorithm-fit.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import { mlDsaPkcs8, mlDsaPublicKey, seedBytes, type MlDsaSpec } from '#crypto/ml-dsa.ts'
import { publicKeyOfPkcs8 } from '#crypto/private-key.ts'
import { specOfPublicKey } from '#crypto/public-key.ts'
import { symmetricSpecs } from '#crypto/symmetric.ts'
import { compartmentOf } from '#model/brands.ts'
import { heldOperationsMax } from '#model/limits.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Barrier } from '#ports/barrier.ts'
import type { CryptoModule, DataKeyPairSpec, MadeKey } from '#ports/crypto-module.ts'
import type { KeyedMathematics } from '#ports/keyed-mathematics.ts'
import type { KeyMathematics } from '#ports/key-mathematics.ts'
import type { Random } from '#ports/random.ts'
import type { Material, Place } from '#ports/record-store.ts'
import { generatePkcs8 } from './generate.ts'
import { keyCache } from './key-cache.ts'
import { keyKinds } from './key-kinds.ts'
import { openKey } from './opened-key.ts'
import type { OpenedKey } from './opened-key.ts'
import { pairwiseConsistent } from './pairwise.ts'
import { mlDsaKey } from './ml-dsa-key.ts'
import { symmetricKey } from './symmetric-key.ts'
import { usableKey } from './usable-key.ts'
import { workQueue, type WorkQueue } from './work-queue.ts'

export interface SoftwareModuleParts {
  readonly barrier: Barrier
  readonly random: Random
  readonly native: { readonly mathematics: KeyMathematics; readonly keyed: KeyedMathematics }
  /** Threads for private operations: `os.availableParallelism()`, and so is UV_THREADPOOL_SIZE (performance.md 5.2). */
  readonly threads: number
  /** performance.md 5.3. */
  readonly keyCacheMax?: number
}

/** Disposed, every opened key is gone; what has begun goes on. */
export type SoftwareModule = CryptoModule & Disposable

export function softwareModule({ barrier, random, native, threads, keyCacheMax = 10_000 }: SoftwareModuleParts): SoftwareModule {
  const opener = { mathematics: native.mathematics, random }
  const cache = keyCache<OpenedKey>(keyCacheMax)
  const queue = workQueue({ threads, heldMax: heldOperationsMax })
  const open = (place: Place, spec: KeySpec, material: Material): OpenedKey => {
    using pkcs8 = barrier.openMaterial(place, material)
    return openKey(opener, spec, pkcs8.bytes)
  }
  const make = async (spec: KeySpec, place: Place): Promise<MadeKey> => {
    const { pkcs8: made, publicKey } = await generatePkcs8(spec)
    using pkcs8 = made
    using key = openKey(opener, spec, pkcs8.bytes)
    assert(await pairwiseConsistent(key, spec), 'the generated halves do not belong together')
    return { material: barrier.sealMaterial(place, pkcs8.bytes), publicKey }
  }
  return {
    name: 'software',
    generate: (spec, place) =>
      isRsa(spec) ? queue.runLong(() => make(spec, place)) : queue.run(compartmentOf(place.id), () => make(spec, place)),
    async import(spec, pkcs8, place) {
      const publicKey = publicKeyOfPkcs8(pkcs8.bytes)
      assert(specOfPublicKey(publicKey) === spec, 'the imported key is of another spec')
      return { material: barrier.sealMaterial(place, pkcs8.bytes), publicKey }
    },
    async use(place, spec, material) {
      const opening = async (): Promise<OpenedKey> => open(place, spec, await material())
      // Opened now: a key that does not open is known before it is used.
      await cache.with(place, opening, async () => undefined)
      return usableKey(spec, (placement, work) => {
        const once = () => cache.with(place, opening, work)
        return placement === 'inline' ? once() : queue.run(compartmentOf(place.id), once)
      })
    },
    ...symmetricKeys(barrier, random),
    ...keyKinds({ barrier, random, cache, queue, messages: native.mathematics.messages, keyed: native.keyed }),
    generateDataKeyPair: spec => madeDataKeyPair(spec, queue),
    ...mlDsaKeys(barrier, opener, (place, work) => queue.run(compartmentOf(place.id), work)),
    backUp: (place, material) => barrier.openMaterial(place, material),
    export: (place, material) => barrier.openMaterial(place, material),
    restore: (place, backedUp) => barrier.sealMaterial(place, backedUp.bytes),
    drop(id) {
      cache.drop(id)
    },
    [Symbol.dispose]() {
      cache[Symbol.dispose]()
    },
  }
}

async function madeDataKeyPair(spec: DataKeyPairSpec, queue: WorkQueue): ReturnType<CryptoModule['generateDataKeyPair']> {
  const making = () => generatePkcs8(spec)
  const { pkcs8, publicKey } = await (spec.startsWith('RSA') ? queue.runLong(making) : queue.run('data key pairs', making))
  return { privateKey: pkcs8, publicKey }
}

/** Their bytes are opened for the time of one operation, and no longer: it costs less than the operation's way here. */
const symmetricKeys = (barrier: Barrier, random: Random): Pick<CryptoModule, 'generateSymmetric' | 'importSymmetric' | 'useSymmetric'> => ({
  async generateSymmetric(spec, place) {
    using secret = new SecretBytes(random.bytes(symmetricSpecs[spec].bits / 8))
    return { material: barrier.sealMaterial(place, secret.bytes) }
  },
  async importSymmetric(spec, secret, place) {
    assert(secret.length * 8 === symmetricSpecs[spec].bits, 'the imported key is of another length')
    return { material: barrier.sealMaterial(place, secret.bytes) }
  },
  async useSymmetric(place, spec, material) {
    const sealed = await material()
    return symmetricKey(spec, random, async work => {
      using secret = barrier.openMaterial(place, sealed)
      return work(secret.bytes)
    })
  },
})

/** Kept as their seeds: all else is made of them (FIPS 204 6.1). */
function mlDsaKeys(
  barrier: Barrier,
  { mathematics: { messages }, random }: { readonly mathematics: KeyMathematics; readonly random: Random },
  onThread: <T>(place: Place, work: () => Promise<T>) => Promise<T>,
): Pick<CryptoModule, 'generateMlDsa' | 'importMlDsa' | 'useMlDsa'> {
  const keep = (spec: MlDsaSpec, seed: SecretBytes, place: Place): MadeKey => {
    using pkcs8 = new SecretBytes(mlDsaPkcs8(spec, seed.bytes))
    return { material: barrier.sealMaterial(place, pkcs8.bytes), publicKey: mlDsaPublicKey(pkcs8.bytes) }
  }
  return {
    async generateMlDsa(spec, place) {
      using seed = new SecretBytes(random.bytes(seedBytes))
      return keep(spec, seed, place)
    },
    async importMlDsa(spec, seed, place) {
      assert(seed.length === seedBytes, 'the imported seed is of another length')
      return keep(spec, seed, place)
    },
    async useMlDsa(place, spec, material) {
      const sealed = await material()
      return mlDsaKey(spec, { messages, random }, async work =>
        onThread(place, async () => {
          using pkcs8 = barrier.openMaterial(place, sealed)
          return await work(pkcs8.bytes)
        }),
      )
    },
  }
}
