/** What is known of things that one client alone changes: how each stands, and what was asked and not answered. */
export interface Ledger<State> {
  /** Asks for a change. Where no answer comes, either state may be found later. */
  change(name: string, to: State, ask: () => Promise<void>): Promise<void>
  /** How it must stand, in the order of likelihood; empty: nobody ever asked for it. */
  possible(name: string): readonly State[]
  /** It was looked at: this is how it stands from now on. */
  found(name: string, state: State): void
  /** Those that changes were asked for since the last look. */
  touched(): readonly string[]
  all(): readonly string[]
}

export function ledger<State>(absent: State): Ledger<State> {
  const known = new Map<string, State>()
  const asked = new Map<string, State>()
  const touched = new Set<string>()
  const stateOf = (name: string): State => (known.has(name) ? (known.get(name) ?? absent) : absent)
  return {
    async change(name, to, ask) {
      asked.set(name, to)
      touched.add(name)
      await ask()
      known.set(name, to)
      asked.delete(name)
    },
    possible(name) {
      const pending = asked.get(name)
      return pending === undefined ? [stateOf(name)] : [stateOf(name), pending]
    },
    found(name, state) {
      known.set(name, state)
      asked.delete(name)
      touched.delete(name)
    },
    touched: () => [...touched],
    all: () => [...new Set([...known.keys(), ...asked.keys()])],
  }
}
