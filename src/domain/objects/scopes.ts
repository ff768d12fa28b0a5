// How buckets and objects are named in policies: in the words of one cloud, as accounts are (ARCHITECTURE.md).
import { scopeOf, type Scope } from '#model/brands.ts'

export interface ObjectPlace {
  readonly bucket: string
  readonly key: string
}

export const bucketArn = (name: string): string => `arn:aws:s3:::${name}`
export const objectArn = ({ bucket, key }: ObjectPlace): string => `${bucketArn(bucket)}/${key}`
export const bucketScope = (name: string): Scope => scopeOf(['', bucketArn(name)])
export const objectScope = (place: ObjectPlace): Scope => scopeOf(['', bucketArn(place.bucket), objectArn(place)])
/** What belongs to no bucket: the account's list of them. */
export const accountScope = (accountId: string): Scope => scopeOf(['', `arn:aws:iam::${accountId}:root`, '*'])

/** The service that comes to a key with the caller's right, and the pair that its data keys are bound to. */
export const objectService = 's3'
export const boundToName = 'aws:s3:arn'
