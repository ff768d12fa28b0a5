/** security-and-reliability.md 2.7. */
export const lifeStates = ['uninitialized', 'sealed', 'unsealing', 'catching-up', 'active', 'draining', 'failed'] as const
export type LifeState = (typeof lifeStates)[number]

/** Besides these every state but `failed` may become `failed`, and that one is final: the process exits. */
const transitions: Readonly<Record<LifeState, readonly LifeState[]>> = {
  uninitialized: ['sealed'],
  sealed: ['unsealing'],
  unsealing: ['catching-up', 'sealed'],
  'catching-up': ['active', 'draining'],
  active: ['draining'],
  draining: ['sealed'],
  failed: [],
}

export interface Lifecycle {
  state(): LifeState
  /** Throws for a way that the table does not know; `failed` twice is once. */
  become(next: LifeState): void
  /** Told after each change; the returned function ends it. */
  onChange(listener: (now: LifeState, before: LifeState) => void): () => void
}

/** What an instance may answer at the moment: only `active` serves. */
export function createLifecycle(initial: 'uninitialized' | 'sealed'): Lifecycle {
  let state: LifeState = initial
  const listeners = new Set<(now: LifeState, before: LifeState) => void>()
  return {
    state: () => state,
    become(next) {
      if (state === 'failed' && next === 'failed') return
      if (!mayBecome(state, next)) throw new Error(`${state} never becomes ${next}`)
      const before = state
      state = next
      for (const listener of listeners) listener(next, before)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function mayBecome(from: LifeState, to: LifeState): boolean {
  return transitions[from].includes(to) || (to === 'failed' && from !== 'failed')
}
