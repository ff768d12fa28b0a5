import assert from 'node:assert/strict'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { ExternalKeyFailed, type ExternalAsker, type ExternalProxy } from '#ports/external-keys.ts'
import type { KeyStore } from '#domain/account-keys/records.ts'
import { secretPlace, type HeldKeyStore } from './find-key-store.ts'
import { failureAt } from './refusals.ts'

/** The proxy of a store, with its secret for the time of one use. */
export async function proxyOf(
  context: Needs<'keyStores' | 'store' | 'ground'>,
  { value, compartment }: HeldKeyStore,
  region: string,
): Promise<ExternalProxy> {
  const place = secretPlace(context, compartment, value.id)
  const material = await context.store.material(place)
  assert(value.proxy !== undefined && material !== undefined, 'an external key store without a proxy')
  using secret = context.ground.barrier.openMaterial(place, material)
  return { ...addressOf(value.proxy), region, secret: Buffer.from(secret.bytes).toString('utf8') }
}

export const addressOf = ({ endpoint, path, accessKeyId }: NonNullable<KeyStore['proxy']>) => ({ endpoint, path, accessKeyId })

/** For whom a proxy is asked, and on behalf of which request. */
export function askerOf({ who, operation, source }: Call, keyArn?: string): ExternalAsker {
  const { acting } = who
  return {
    principal: acting?.arn ?? who.id,
    operation,
    requestId: source.requestId,
    ...(keyArn !== undefined && { keyArn }),
    ...(acting?.via !== undefined && { via: acting.via }),
  }
}

/** Says what a proxy's failure means to who asked for that. Raises `KeyStoreRefused`. */
export async function asked<T>(doing: 'store' | 'key' | 'use', answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ExternalKeyFailed) throw failureAt(doing, error.failure)
    throw error
  }
}
