import { generateKeyPairSync } from 'node:crypto'
import type { Context } from '#domain/context.ts'
import { addVersion, defaultModule } from '#domain/keys/add-version.ts'
import { keyOpsFor } from '#domain/keys/specs.ts'
import type { Vault } from '#domain/resources/records.ts'
import type { Principal } from '#model/principal.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { performAs } from './open-instance.ts'

export const keyName = (at: number): string => `key-${at.toString().padStart(6, '0')}`

/** Calls under way at once, and keys of one call. */
const [together, perCall] = [8, 50] as const

/**
 * RSA-2048 keys, each with its own record, version and sealed material. They share one pair of numbers, because generating takes 100 ms
 * a key; nothing in the product can tell.
 */
export async function seedKeys(
  context: Context,
  into: { readonly vault: Vault; readonly count: number; readonly who: Principal },
): Promise<void> {
  const { vault, count, who } = into
  const spec = 'RSA-2048'
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const bytes = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }))
  let next = 0
  const work = async (): Promise<void> => {
    while (next < count) {
      const from = next
      next = Math.min(count, from + perCall)
      await performAs(context, who, async call => {
        for (let at = from; at < Math.min(count, from + perCall); at += 1) {
          // Each has an id of its own for `once`: the name is in it.
          await addVersion(context, call, {
            named: { vault, name: keyName(at) },
            kind: { spec, hsm: false },
            origin: 'generated',
            operation: 'create',
            keyOps: keyOpsFor(spec, undefined),
            attributes: undefined,
            tags: undefined,
            make: async place => {
              using pkcs8 = new SecretBytes(Uint8Array.from(bytes))
              return await context.module(defaultModule).import(spec, pkcs8, place)
            },
          })
        }
      })
    }
  }
  await Promise.all(Array.from({ length: together }, work))
}
