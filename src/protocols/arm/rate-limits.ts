import { Problem } from '#model/problem.ts'

type Kind = 'reads' | 'writes' | 'deletes'

/** Azure Resource Manager's published buckets of a caller in a subscription: what they hold, and what comes back in a second. */
const buckets: Readonly<Record<Kind, { readonly size: number; readonly perSecond: number }>> = {
  reads: { size: 250, perSecond: 25 },
  writes: { size: 200, perSecond: 10 },
  deletes: { size: 200, perSecond: 10 },
}
/** All callers of a subscription together. */
const globalFactor = 15

export const kindOf = (method: string): Kind =>
  method === 'GET' || method === 'HEAD' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes'

/** What is left of a caller's bucket and of the subscription's. */
export interface Left {
  readonly own: number
  readonly all: number
}

/** Of whoever was not counted. */
export const untouched = (kind: Kind): Left => ({ own: buckets[kind].size, all: buckets[kind].size * globalFactor })

export interface RateLimits {
  /** Takes one, or refuses without taking, in one go: raises `Throttled`. `place` is the subscription, or the tenant; `nowMs` is monotonic. */
  take(kind: Kind, by: { readonly place: string; readonly caller: string; readonly nowMs: number }): Left
}

interface Bucket {
  left: number
  at: number
}

/** Buckets kept before those that are full again are swept. */
const bucketsMax = 10_000

export function createRateLimits(): RateLimits {
  const known = new Map<string, Bucket>()

  /** A minute is more than any bucket needs to be full. */
  function sweep(nowMs: number): void {
    for (const [old, one] of known) if (nowMs - one.at > 60_000) known.delete(old)
  }

  function filled(name: string, of: { readonly size: number; readonly perSecond: number }, nowMs: number): Bucket {
    const bucket = known.get(name)
    if (bucket === undefined) {
      if (known.size >= bucketsMax) sweep(nowMs)
      const fresh = { left: of.size, at: nowMs }
      known.set(name, fresh)
      return fresh
    }
    bucket.left = Math.min(of.size, bucket.left + ((nowMs - bucket.at) / 1_000) * of.perSecond)
    bucket.at = nowMs
    return bucket
  }

  return {
    take(kind, { place, caller, nowMs }) {
      const { size, perSecond } = buckets[kind]
      const own = filled(JSON.stringify([kind, place, caller]), { size, perSecond }, nowMs)
      const all = filled(JSON.stringify([kind, place]), { size: size * globalFactor, perSecond: perSecond * globalFactor }, nowMs)
      if (own.left < 1 || all.left < 1) throw new Problem({ code: 'Throttled', details: { retryAfterSeconds: 1 } })
      own.left -= 1
      all.left -= 1
      return { own: Math.floor(own.left), all: Math.floor(all.left) }
    },
  }
}
