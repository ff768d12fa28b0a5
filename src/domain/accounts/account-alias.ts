import { Problem } from '#model/problem.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { accountScope, type HeldAccount } from './entities.ts'

interface Alias {
  readonly account: HeldAccount
  readonly alias: string
}

/** The account's name in addresses, instead of the one before; no two accounts have the same. Raises `EntityExists`. */
export function setAccountAlias(
  context: Needs<'accounts' | 'instance'>,
  call: Call,
  { permit, account, alias }: Alias & { readonly permit: Permit<'account.createAlias'> },
): void {
  assertPermits(permit, accountScope(account.value.id, '*'))
  const [taken] = context.accounts.all(call, context.instance.installation, ({ value }) => value.alias === alias)
  if (taken !== undefined) throw new Problem({ code: 'EntityExists', details: { type: 'accountAlias', name: alias } })
  context.accounts.update(call, account, { ...account.value, alias })
}

/** Raises `EntityNotFound` where it has another or none. */
export function deleteAccountAlias(
  context: Needs<'accounts'>,
  call: Call,
  { permit, account, alias }: Alias & { readonly permit: Permit<'account.deleteAlias'> },
): void {
  assertPermits(permit, accountScope(account.value.id, '*'))
  if (account.value.alias !== alias) throw new Problem({ code: 'EntityNotFound', details: { type: 'accountAlias', name: alias } })
  const { alias: _, ...rest } = account.value
  context.accounts.update(call, account, rest)
}
