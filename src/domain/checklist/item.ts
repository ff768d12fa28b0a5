/** One line of a checklist: `good`, `bad`, or `note` for what is to be known and fails nothing. */
export interface CheckItem {
  /** A fixed word: `identity`, `role`, `set`, `key`, `rotation`, … */
  readonly check: string
  readonly state: 'good' | 'bad' | 'note'
  readonly text: string
  /** What cures it, as it is typed. */
  readonly next?: readonly string[]
}

export type CheckedKind = 'diskEncryptionSet' | 'disk' | 'virtualMachine' | 'vault' | 'volume' | 'bucket'

/** What was looked at, and how each line of its checklist stands. */
export interface Checked {
  readonly kind: CheckedKind
  readonly id: string
  readonly name: string
  /** No line is bad. */
  readonly ok: boolean
  readonly items: readonly CheckItem[]
  readonly history?: readonly { readonly at: string; readonly operation: string; readonly outcome: string }[]
}

export const good = (check: string, text: string): CheckItem => ({ check, state: 'good', text })
export const note = (check: string, text: string, next: readonly string[] = []): CheckItem => withNext({ check, state: 'note', text }, next)
export const bad = (check: string, text: string, next: readonly string[] = []): CheckItem => withNext({ check, state: 'bad', text }, next)

const withNext = (item: CheckItem, next: readonly string[]): CheckItem => (next.length === 0 ? item : { ...item, next })

export const checked = (of: Pick<Checked, 'kind' | 'id' | 'name'>, items: readonly CheckItem[]): Checked => ({
  ...of,
  ok: items.every(({ state }) => state !== 'bad'),
  items,
})

/** `3 d`. */
export const daysSince = (at: number, now: number): string => `${Math.max(0, Math.floor((now - at) / 86_400_000))} d`
