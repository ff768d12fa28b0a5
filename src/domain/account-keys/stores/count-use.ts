import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'

const ofStore = { of: 'store', perSecond: 1_800 } as const

/** Once a request and direction, however often it is tried: the store's own share, whosever keys they are (aws-kms.md 8). Raises `Throttled`. */
export async function countUse(
  { storeRates, ground: { clock }, instance }: Needs<'storeRates' | 'ground' | 'instance'>,
  call: Call,
  { storeId, doing }: { readonly storeId: string; readonly doing: 'seal' | 'open' },
): Promise<void> {
  if (!instance.throttle) return
  await call.once(`${doing} counted in ${storeId}`, async () => {
    storeRates.count(ofStore, { by: storeId, nowMs: clock.monotonic() })
    return Promise.resolve()
  })
}
