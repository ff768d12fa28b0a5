import type { CertificateOperation } from '#domain/certificates/records.ts'

/** While it is in progress, whoever polls is asked to come again after a second (key-vault.md 0.7). */
export const retryAfter = ({ status }: CertificateOperation): Readonly<Record<string, string>> =>
  status === 'inProgress' ? { 'retry-after': '1' } : {}
