import type { Refusal } from '#domain/disks/served-disks.ts'
import { optionErrors } from './wire.ts'

/** Error values of replies (doc/proto.md, "Error values"). */
export const errors = { EPERM: 1, EIO: 5, EINVAL: 22, ENOSPC: 28, EOVERFLOW: 75, ENOTSUP: 95, ESHUTDOWN: 108 } as const
export type ErrorName = keyof typeof errors

/** What may be told apart: space. All else that goes wrong below, a key that is not usable included, is an I/O error. */
const byErrno: Readonly<Record<string, ErrorName>> = { ENOSPC: 'ENOSPC', EDQUOT: 'ENOSPC', EFBIG: 'ENOSPC' }

export function errorOf(cause: unknown): ErrorName {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return Object.hasOwn(byErrno, code) ? (byErrno[code] ?? 'EIO') : 'EIO'
}

/** Why an export is not opened, in option errors. There is no error for "later": policy says that trying again may help. */
export const refusals = {
  unknown: optionErrors.unknown,
  policy: optionErrors.policy,
  unavailable: optionErrors.policy,
} as const satisfies Readonly<Record<Refusal['refused'], number>>
