import { createSecretKey, type KeyObject } from 'node:crypto'
import { argon2Floor, argon2id, type Argon2Costs } from '#crypto/argon2.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Random } from '#ports/random.ts'
import type { Seal } from '#ports/seal.ts'
import { unwrapRoot, wrapRoot } from './root-box.ts'

const kind = 'passphrase'
/** security-and-reliability.md 2.4. */
export const passphraseCharactersMin = 14

/** As a person counts: code points of the composed form. */
export const isPassphrase = (text: string): boolean => Array.from(text.normalize('NFC')).length >= passphraseCharactersMin

/** An envelope is read before anything is proven: what it may cost is bounded. */
const ceiling: Argon2Costs = { memoryKib: 4 * 1024 * 1024, passes: 64, lanes: 64 }

/** Opens only with somebody present. The string cannot be zeroed: let it go as soon as the seal is used. */
export function passphraseSeal(passphrase: string, options: { readonly random: Random; readonly costs?: Argon2Costs }): Seal {
  if (!isPassphrase(passphrase)) throw new Error(`a passphrase has ${passphraseCharactersMin} characters or more`)
  const costs = options.costs ?? argon2Floor
  if (!within(argon2Floor, costs) || !within(costs, ceiling)) throw new Error('Argon2id costs outside of what is allowed')
  const salt = options.random.bytes(16)
  const params = { salt: salt.toBase64(), memoryKib: costs.memoryKib, passes: costs.passes, lanes: costs.lanes }
  return {
    kind,
    params,
    wrap: async (rootKey, clusterId) => {
      const key = await keyOf(passphrase, { salt, costs })
      return wrapRoot({ key, kind, clusterId }, rootKey, options.random)
    },
    unwrap: async (envelope, clusterId) => {
      const kept = readParams(envelope.params)
      if (kept === undefined) return undefined
      return unwrapRoot({ key: await keyOf(passphrase, kept), kind, clusterId }, envelope.wrapped)
    },
    outdated(envelope) {
      const kept = readParams(envelope.params)
      return kept === undefined || !within(costs, kept.costs)
    },
  }
}

interface Stretch {
  readonly salt: Uint8Array
  readonly costs: Argon2Costs
}

/** Off the calling thread. */
async function keyOf(passphrase: string, stretch: Stretch): Promise<KeyObject> {
  using tag = new SecretBytes(await argon2id(passphrase, stretch))
  return createSecretKey(tag.bytes)
}

const within = (low: Argon2Costs, high: Argon2Costs) =>
  low.memoryKib <= high.memoryKib && low.passes <= high.passes && low.lanes <= high.lanes

/** `undefined`: no envelope of ours. Costs below the floor are none either: somebody made guessing cheap. */
function readParams(params: Readonly<Record<string, string | number>>): Stretch | undefined {
  const { salt, memoryKib, passes, lanes } = params
  if (typeof salt !== 'string' || typeof memoryKib !== 'number' || typeof passes !== 'number' || typeof lanes !== 'number') return undefined
  const costs = { memoryKib, passes, lanes }
  return within(argon2Floor, costs) && within(costs, ceiling) ? { salt: Uint8Array.fromBase64(salt), costs } : undefined
}
