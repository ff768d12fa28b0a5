import { Problem } from '#model/problem.ts'

export interface Rate {
  /** What is counted together. */
  readonly of: string
  /** Below one: once in so many seconds. */
  readonly perSecond: number
}

export interface Throttle {
  /** Counts, or refuses without counting: raises `Throttled`. `by`: whose requests; `nowMs` is monotonic. */
  count(rate: Rate, at: { readonly by: string; readonly nowMs: number }): void
}

interface Window {
  readonly endsAt: number
  used: number
}

/** Windows kept before those that have ended are swept. */
const windowsMax = 10_000

export function createThrottle(): Throttle {
  const windows = new Map<string, Window>()

  function windowOf(name: string, { nowMs, lengthMs }: { readonly nowMs: number; readonly lengthMs: number }): Window {
    const known = windows.get(name)
    if (known !== undefined && nowMs < known.endsAt) return known
    if (windows.size >= windowsMax) for (const [old, window] of windows) if (nowMs >= window.endsAt) windows.delete(old)
    const begun = { endsAt: nowMs + lengthMs, used: 0 }
    windows.set(name, begun)
    return begun
  }

  return {
    count({ of, perSecond }, { by, nowMs }) {
      const lengthMs = perSecond < 1 ? 1_000 / perSecond : 1_000
      const window = windowOf(`${by} ${of}`, { nowMs, lengthMs })
      if (window.used + 1 > Math.max(1, perSecond))
        throw new Problem({ code: 'Throttled', details: { retryAfterSeconds: Math.max(1, Math.ceil((window.endsAt - nowMs) / 1_000)) } })
      window.used += 1
    },
  }
}
