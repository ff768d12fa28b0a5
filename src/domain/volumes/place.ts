// How volumes are named in policies and to their keys: in the words of one cloud, as accounts are (ARCHITECTURE.md).
import { scopeOf, type Scope } from '#model/brands.ts'
import { rootArn } from '#domain/accounts/arn.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'

/** `id`: `*` where it is not made yet. */
export const volumeArn = ({ accountId, region, id }: RegionOfAccount & { readonly id: string }): string =>
  `arn:aws:ec2:${region}:${accountId}:volume/${id}`

export const volumeScope = (place: RegionOfAccount & { readonly id: string }): Scope =>
  scopeOf(['', rootArn(place.accountId), volumeArn(place)])

/** The service's own names of snapshots have no account. */
export const snapshotArn = ({ region, id }: Pick<RegionOfAccount, 'region'> & { readonly id: string }): string =>
  `arn:aws:ec2:${region}::snapshot/${id}`

export const snapshotScope = (place: RegionOfAccount & { readonly id: string }): Scope =>
  scopeOf(['', rootArn(place.accountId), snapshotArn(place)])

export const instanceArn = ({ accountId, region, id }: RegionOfAccount & { readonly id: string }): string =>
  `arn:aws:ec2:${region}:${accountId}:instance/${id}`

export const instanceScope = (place: RegionOfAccount & { readonly id: string }): Scope =>
  scopeOf(['', rootArn(place.accountId), instanceArn(place)])

/** What belongs to no volume: lists, and what a Region does by default. */
export const regionScope = ({ accountId, region }: RegionOfAccount): Scope =>
  scopeOf(['', rootArn(accountId), `arn:aws:ec2:${region}:${accountId}`, '*'])

/** The service that comes to a key with the caller's right, its own key, and the pair that data keys of volumes are bound to. */
export const volumeService = 'ec2'
export const serviceKeyAlias = 'alias/aws/ebs'
export const boundToName = 'aws:ebs:id'
