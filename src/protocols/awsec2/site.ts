import type { Found, OwnedFacts } from '#domain/access/permit.ts'
import { callersAccount } from '#domain/account-keys/find-account-key.ts'
import { requestFacts } from '#domain/account-keys/key-facts.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import type { Call } from '#domain/call.ts'
import { regionScope, snapshotArn, snapshotScope, volumeArn, volumeScope } from '#domain/volumes/place.ts'
import { xmlType } from '#protocols/aws/answers.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import { flag, optional } from '#protocols/aws/schemas.ts'
import { element, elements, type XmlValue } from '#protocols/aws/xml.ts'
import type { Answer } from '#protocols/http/answer.ts'

const namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/'
export const version = '2016-11-15'

/** Every request may ask whether it would be done. */
export const dryRun = { DryRun: optional(flag) }

/** The answer to an action; `result`: its members by their names in the answer. */
export const answer = (call: Call, action: string, result: Readonly<Record<string, XmlValue>>): Answer => ({
  status: 200,
  headers: { 'content-type': xmlType },
  body: element(`${action}Response`, elements({ requestId: call.source.requestId, ...result }, 'item'), { xmlns: namespace }),
})

export const placeOf = (call: Call, { region }: AwsSite): RegionOfAccount => ({ accountId: callersAccount(call), region })

/** A volume, or one that is to be: policies of the account's own principals decide. */
export const ownedVolume = (place: RegionOfAccount & { readonly id: string }, facts: OwnedFacts): Found => ({
  on: volumeScope(place),
  owned: { account: place.accountId, arn: volumeArn(place), kind: 'account', facts },
})

/** The same of a snapshot. */
export const ownedSnapshot = (place: RegionOfAccount & { readonly id: string }, facts: OwnedFacts): Found => ({
  on: snapshotScope(place),
  owned: { account: place.accountId, arn: snapshotArn(place), kind: 'account', facts },
})

/** What belongs to no volume. */
export const ownedRegion = (place: RegionOfAccount): Found => ({
  on: regionScope(place),
  owned: { account: place.accountId, arn: '*', kind: 'account', facts: requestFacts(place.region) },
})
