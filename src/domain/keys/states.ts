import type { Millis } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { KeyOperation, KeyVersion } from './records.ts'

/** What each state of a key version allows (key-vault.md 2.5): protecting is encrypt, wrap, sign; processing is decrypt, unwrap, verify. */
const keyUses = {
  usable: { protect: true, process: true },
  notYetValid: { protect: false, process: true },
  expired: { protect: false, process: true },
  disabled: { protect: false, process: false },
} as const

export type KeyState = keyof typeof keyUses

const kindOfUse = {
  encrypt: 'protect',
  wrapKey: 'protect',
  sign: 'protect',
  decrypt: 'process',
  unwrapKey: 'process',
  verify: 'process',
} as const satisfies Partial<Record<KeyOperation, 'protect' | 'process'>>

/** What is done with a key's material. */
export type KeyUse = keyof typeof kindOfUse

function stateOf(version: KeyVersion, at: Millis): KeyState {
  if (!version.enabled) return 'disabled'
  if (version.notBefore !== undefined && at < version.notBefore) return 'notYetValid'
  return version.expires !== undefined && at >= version.expires ? 'expired' : 'usable'
}

/** State of a version at a time, and what it still allows. The window is `nbf ≤ at < exp`, without leeway. */
export function keyUse(
  version: KeyVersion,
  at: Millis,
): { readonly state: KeyState; readonly protect: boolean; readonly process: boolean } {
  const state = stateOf(version, at)
  return { state, ...keyUses[state] }
}

const refusals = { notYetValid: 'KeyNotYetValid', expired: 'KeyExpired', disabled: 'KeyDisabled' } as const

/** Enabled, then the window, then key_ops (key-vault.md 1.3, step 11). Raises `KeyDisabled`, `KeyNotYetValid`, `KeyExpired`, `KeyOperationForbidden`. */
export function assertUsable(version: KeyVersion, operation: KeyUse, at: Millis): void {
  const use = keyUse(version, at)
  if (use.state !== 'usable' && !use[kindOfUse[operation]]) throw new Problem({ code: refusals[use.state], details: { operation } })
  if (!version.keyOps.includes(operation)) throw new Problem({ code: 'KeyOperationForbidden', details: { operation } })
}
