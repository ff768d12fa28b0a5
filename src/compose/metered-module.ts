import type { Meter } from '#domain/meter.ts'
import type { Clock } from '#ports/clock.ts'
import type { CryptoModule, KeyKind, UsableKey, UsableMlDsaKey, UsableSymmetricKey } from '#ports/crypto-module.ts'

/** Times one operation, whatever comes of it. */
type Timed = <T>(algorithm: string, verb: string, work: () => Promise<T>) => Promise<T>

/** The same module, with what it does counted: by algorithm and verb, never by key (people.md 8). */
export function meteredModule<M extends CryptoModule>(module: M, { meter, clock }: { readonly meter: Meter; readonly clock: Clock }): M {
  const timed: Timed = async (algorithm, verb, work) => {
    const started = clock.monotonic()
    try {
      return await work()
    } finally {
      meter.worked({ module: module.name, algorithm, verb, durationMs: clock.monotonic() - started })
    }
  }
  return {
    ...module,
    generate: async (spec, place) => timed(spec, 'generate', async () => module.generate(spec, place)),
    use: async (place, spec, material) => meteredKey(await module.use(place, spec, material), timed),
    generateSymmetric: async (spec, place) => timed(spec, 'generate', async () => module.generateSymmetric(spec, place)),
    useSymmetric: async (place, spec, material) => meteredSymmetric(await module.useSymmetric(place, spec, material), timed),
    generateMlDsa: async (spec, place) => timed(spec, 'generate', async () => module.generateMlDsa(spec, place)),
    useMlDsa: async (place, spec, material) => meteredMlDsa(await module.useMlDsa(place, spec, material), spec, timed),
    generateDataKeyPair: async spec => timed(spec, 'generate', async () => module.generateDataKeyPair(spec)),
    ...meteredKinds(module, timed),
  }
}

const meteredKey = (key: UsableKey, timed: Timed): UsableKey => ({
  encrypt: async (algorithm, plaintext) => timed(algorithm, 'encrypt', async () => key.encrypt(algorithm, plaintext)),
  decrypt: async (algorithm, ciphertext) => timed(algorithm, 'decrypt', async () => key.decrypt(algorithm, ciphertext)),
  sign: async (algorithm, digest) => timed(algorithm, 'sign', async () => key.sign(algorithm, digest)),
  verify: async (algorithm, digest, signature) => timed(algorithm, 'verify', async () => key.verify(algorithm, digest, signature)),
})

const meteredSymmetric = (key: UsableSymmetricKey, timed: Timed): UsableSymmetricKey => ({
  encrypt: async (algorithm, plaintext, input) => timed(algorithm, 'encrypt', async () => key.encrypt(algorithm, plaintext, input)),
  decrypt: async (algorithm, ciphertext, input) => timed(algorithm, 'decrypt', async () => key.decrypt(algorithm, ciphertext, input)),
  sign: async (algorithm, data) => timed(algorithm, 'sign', async () => key.sign(algorithm, data)),
  verify: async (algorithm, data, signature) => timed(algorithm, 'verify', async () => key.verify(algorithm, data, signature)),
})

const meteredMlDsa = (key: UsableMlDsaKey, spec: string, timed: Timed): UsableMlDsaKey => ({
  sign: async (message, context) => timed(spec, 'sign', async () => key.sign(message, context)),
  verify: async (message, signature, context) => timed(spec, 'verify', async () => key.verify(message, signature, context)),
  signMu: async mu => timed(spec, 'sign', async () => key.signMu(mu)),
  verifyMu: async (mu, signature) => timed(spec, 'verify', async () => key.verifyMu(mu, signature)),
})

type Kinds = Pick<CryptoModule, 'envelopes' | 'macs' | 'agreements' | 'edwards' | 'kems'>

const meteredKinds = ({ envelopes, macs, agreements, edwards, kems }: Kinds, timed: Timed): Kinds => ({
  envelopes: meteredKind(envelopes, timed, (key, spec) => ({
    seal: async (plaintext, bound) => timed(spec, 'seal', async () => key.seal(plaintext, bound)),
    open: async (box, bound) => timed(spec, 'open', async () => key.open(box, bound)),
  })),
  macs: meteredKind(macs, timed, (key, spec) => ({
    mac: async data => timed(spec, 'mac', async () => key.mac(data)),
    verify: async (data, mac) => timed(spec, 'verify', async () => key.verify(data, mac)),
  })),
  agreements: meteredKind(agreements, timed, (key, spec) => ({
    agree: async peer => timed(spec, 'agree', async () => key.agree(peer)),
  })),
  edwards: meteredKind(edwards, timed, key => ({
    sign: async (scheme, message) => timed(scheme, 'sign', async () => key.sign(scheme, message)),
    verify: async (scheme, message, signature) => timed(scheme, 'verify', async () => key.verify(scheme, message, signature)),
  })),
  kems: meteredKind(kems, timed, (key, spec) => ({
    encapsulate: async () => timed(spec, 'encapsulate', async () => key.encapsulate()),
    decapsulate: async ciphertext => timed(spec, 'decapsulate', async () => key.decapsulate(ciphertext)),
  })),
})

const meteredKind = <Spec extends string, Usable>(
  kind: KeyKind<Spec, Usable>,
  timed: Timed,
  metered: (key: Usable, spec: Spec) => Usable,
): KeyKind<Spec, Usable> => ({
  ...kind,
  generate: async (spec, place) => timed(spec, 'generate', async () => kind.generate(spec, place)),
  use: async (place, spec, material) => metered(await kind.use(place, spec, material), spec),
})
