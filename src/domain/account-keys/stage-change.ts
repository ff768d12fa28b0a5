import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { withDueAt } from './due.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import type { AccountKey } from './records.ts'

/** Stages the key as it is to be, with the time at which it is looked at next: every change of one ends here. */
export function replaceKey(
  { accountKeys }: Needs<'accountKeys'>,
  call: Call,
  { key, value }: { readonly key: HeldAccountKey; readonly value: AccountKey },
): AccountKey {
  return accountKeys.update(call, key, withDueAt(value)).value
}

export function stageChange(
  context: Needs<'accountKeys'>,
  call: Call,
  { key, change }: { readonly key: HeldAccountKey; readonly change: Partial<AccountKey> },
): AccountKey {
  return replaceKey(context, call, { key, value: { ...key.value, ...change } })
}
