import type { ProblemCode, ProblemDetails } from '#model/problem.ts'
import type { Refusal } from '#protocols/http/protocol.ts'
import type { VaultSite } from './site.ts'

// The forms of a vault's refusals (key-vault.md 1.4, 1.5).

/** An error as Key Vault says it (key-vault.md 1.4, 1.5). */
export interface Words {
  readonly status: number
  readonly code: string
  readonly inner?: string
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

export type Where = Refusal<VaultSite>
export type Table = { readonly [C in ProblemCode]?: (details: ProblemDetails<C>, where: Where) => Words }

export const bad = (message: string, inner?: string): Words => ({
  status: 400,
  code: 'BadParameter',
  message,
  ...(inner !== undefined && { inner }),
})
export const unauthorized = (message: string): Words => ({ status: 401, code: 'Unauthorized', message })
export const forbidden = (message: string, inner?: string): Words => ({
  status: 403,
  code: 'Forbidden',
  message,
  ...(inner !== undefined && { inner }),
})
export const missing = (code: string, message: string): Words => ({ status: 404, code, message })
export const conflict = (message: string, inner?: string): Words => ({
  status: 409,
  code: 'Conflict',
  message,
  ...(inner !== undefined && { inner }),
})
export const deletedNameMessage = (kind: 'Key' | 'Secret' | 'Certificate', name: string): string =>
  `${kind} ${name} is currently in a deleted but recoverable state, and its name cannot be reused; ` +
  `in this state, the ${kind.toLowerCase()} can only be recovered or purged.`
export const inUseMessage = (kind: 'key' | 'secret' | 'certificate', id: string): string =>
  `There was a conflict restoring the ${kind} '${id}'. A ${kind} of that name is there, or deleted and not yet purged.`
