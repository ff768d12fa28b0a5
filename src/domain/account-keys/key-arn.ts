import type { RegionOfAccount } from '#domain/accounts/account-region.ts'

/** A key or an alias as an ARN names it, wherever it stands. */
export interface NamedByArn extends RegionOfAccount {
  readonly kind: 'key' | 'alias'
  /** `id` of a key; `alias/…` of an alias. */
  readonly name: string
}

const arn = /^arn:aws:kms:(?<region>[a-z0-9-]*):(?<accountId>\d{12}):(?<kind>key|alias)\/(?<rest>.+)$/

export const keyArn = ({ accountId, region, id }: RegionOfAccount & { readonly id: string }): string =>
  `arn:aws:kms:${region}:${accountId}:key/${id}`

/** `name` begins with `alias/`. */
export const aliasArn = ({ accountId, region, name }: RegionOfAccount & { readonly name: string }): string =>
  `arn:aws:kms:${region}:${accountId}:${name}`

export const accountArn = (accountId: string): string => `arn:aws:iam::${accountId}:root`

export const isArn = (text: string): boolean => text.startsWith('arn:')

/** `undefined` for an ARN of anything else. */
export function parseKeyArn(text: string): NamedByArn | undefined {
  const { region, accountId, kind, rest } = arn.exec(text)?.groups ?? {}
  if (region === undefined || accountId === undefined || rest === undefined) return undefined
  return kind === 'key' ? { region, accountId, kind, name: rest } : { region, accountId, kind: 'alias', name: `alias/${rest}` }
}
