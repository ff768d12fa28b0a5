import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { assertPermitsRegion } from '#domain/account-keys/permit-account-key.ts'
import type { KeyStore } from '#domain/account-keys/records.ts'
import { ExternalKeyFailed } from '#ports/external-keys.ts'
import { invalidState, requireKeyStore, type HeldKeyStore } from './find-key-store.ts'
import { connectionErrorOf, type ConnectionError } from './refusals.ts'
import { askerOf, proxyOf } from './store-proxy.ts'
import { connectToken } from './token-cluster.ts'
import type { TokenConnectionError } from './token-refusals.ts'

type AnyConnectionError = ConnectionError | TokenConnectionError

interface StoreNamed extends RegionOfAccount {
  readonly id: string
}

/**
 * Speaks to the proxy, or logs into the token, and lets keys of the store be used where it answers; where it does not, the store says why, and is asked anew after it was
 * disconnected. Raises `KeyStoreRefused`.
 */
export async function connectKeyStore(
  context: Needs<'keyStores' | 'accountRegions' | 'externalKeys' | 'tokenClusters' | 'store' | 'ground' | 'instance'>,
  call: Call,
  request: StoreNamed & { readonly permit: Permit<'keyStore.connect'> },
): Promise<void> {
  assertPermitsRegion(request.permit, placeOf(request))
  const store = await requireKeyStore(context, call, request)
  const { connection } = store.value
  if (connection === 'connected') return
  if (connection !== 'disconnected') throw invalidState(store, 'It must be disconnected before it can be connected.')
  const failure = await call.once<AnyConnectionError | undefined>('health of the store', async () =>
    store.value.kind === 'token' ? connectToken(context, store) : failureOf(context, call, { store, region: request.region }),
  )
  context.keyStores.update(call, store, withConnection(store.value, failure))
}

/** Keys of the store are unavailable from the answer on. Raises `KeyStoreRefused`. */
export async function disconnectKeyStore(
  context: Needs<'keyStores' | 'accountRegions' | 'tokenClusters' | 'instance'>,
  call: Call,
  request: StoreNamed & { readonly permit: Permit<'keyStore.disconnect'> },
): Promise<void> {
  assertPermitsRegion(request.permit, placeOf(request))
  const store = await requireKeyStore(context, call, request)
  if (store.value.connection === 'disconnected') throw invalidState(store, 'It is disconnected already.')
  const { connectionError: _over, ...value } = store.value
  context.keyStores.update(call, store, { ...value, connection: 'disconnected' })
  call.afterwards.push(() => context.tokenClusters.forget(value.id))
}

export const placeOf = ({ accountId, region }: RegionOfAccount): RegionOfAccount => ({ accountId, region })

async function failureOf(
  context: Needs<'keyStores' | 'externalKeys' | 'store' | 'ground'>,
  call: Call,
  { store, region }: { readonly store: HeldKeyStore; readonly region: string },
): Promise<ConnectionError | undefined> {
  try {
    await context.externalKeys.health(await proxyOf(context, store, region), askerOf(call))
    return undefined
  } catch (error) {
    if (error instanceof ExternalKeyFailed) return connectionErrorOf(error.failure)
    throw error
  }
}

function withConnection({ connectionError: _before, ...store }: KeyStore, failure: AnyConnectionError | undefined): KeyStore {
  return failure === undefined ? { ...store, connection: 'connected' } : { ...store, connection: 'failed', connectionError: failure }
}
