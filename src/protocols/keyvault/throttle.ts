import { bitsOf } from '#crypto/key-specs.ts'
import { isMlDsa } from '#crypto/ml-dsa.ts'
import { Problem } from '#model/problem.ts'
import type { AnyKind } from '#domain/keys/specs.ts'
import { subscriptionFactor, throttleWindowMs } from './limits.ts'

/** Transactions of a vault in 10 s (key-vault.md 8). Each class has a limit of its own; inside it, dear calls weigh more. */
const limits = { create: 20, import: 300, key: 4_000, other: 4_000 } as const
type TransactionClass = keyof typeof limits

export interface Transaction {
  readonly of: TransactionClass
  readonly weight: number
}

/** Of a key made: 20 in software, 10 as hardware keys. */
export const creating = (hsm: boolean): Transaction => ({ of: 'create', weight: hsm ? 2 : 1 })
export const importing: Transaction = { of: 'import', weight: 1 }
export const other: Transaction = { of: 'other', weight: 1 }

/** 4,000 of RSA-2048 and all curves, 1,000 of RSA-3072, 500 of RSA-4096; hardware keys weigh twice as much. */
export function using(kind: AnyKind | undefined): Transaction {
  if (kind === undefined) return { of: 'key', weight: 1 }
  // ML-DSA counts as a hardware key of RSA-2048.
  if (isMlDsa(kind.spec)) return { of: 'key', weight: 2 }
  const bits = bitsOf(kind.spec)
  const weight = bits === 4096 ? 8 : bits === 3072 ? 4 : 1
  return { of: 'key', weight: kind.hsm ? weight * 2 : weight }
}

export interface Throttle {
  /** Counts, or refuses without counting, in one go: raises `Throttled`. `nowMs` is monotonic. */
  count(transaction: Transaction, by: { readonly vault: string; readonly subscription: string; readonly nowMs: number }): void
}

interface Window {
  readonly endsAt: number
  used: number
}

/** Windows kept before those that have ended are swept. */
const windowsMax = 10_000

export function createThrottle(): Throttle {
  const windows = new Map<string, Window>()

  function windowOf(name: string, nowMs: number): Window {
    const known = windows.get(name)
    if (known !== undefined && nowMs < known.endsAt) return known
    if (windows.size >= windowsMax) for (const [old, window] of windows) if (nowMs >= window.endsAt) windows.delete(old)
    const begun = { endsAt: nowMs + throttleWindowMs, used: 0 }
    windows.set(name, begun)
    return begun
  }

  return {
    count({ of, weight }, { vault, subscription, nowMs }) {
      const counted = [
        { window: windowOf(`${vault} ${of}`, nowMs), limit: limits[of] },
        { window: windowOf(`${subscription} ${of}`, nowMs), limit: limits[of] * subscriptionFactor },
      ]
      for (const { window, limit } of counted) {
        if (window.used + weight <= limit) continue
        const retryAfterSeconds = Math.max(1, Math.ceil((window.endsAt - nowMs) / 1000))
        throw new Problem({ code: 'Throttled', details: { retryAfterSeconds } })
      }
      for (const { window } of counted) window.used += weight
    },
  }
}
