import { createHash } from 'node:crypto'

/** Canonical user id: 64 hex digits that are the same for an account everywhere. */
export const ownerIdOf = (accountId: string): string => createHash('sha256').update(`canonical user of ${accountId}`).digest('hex')
