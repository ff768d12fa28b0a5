import type { KeyObject } from 'node:crypto'
import { compartmentOf } from '#model/brands.ts'
import type { Log } from '#ports/log.ts'
import type { Outgoing } from '#ports/outgoing.ts'
import type { Records } from '#domain/records/records.ts'
import type { View } from '#domain/records/view.ts'
import { indexAppRoles, type AppRoleIndex } from '#domain/app-roles/assignment-index.ts'
import type { AppRoleAssignment } from '#domain/app-roles/records.ts'
import { indexConsent, type ConsentIndex } from '#domain/consent/grant-index.ts'
import type { PermissionGrant } from '#domain/consent/records.ts'
import { issuerKeys, type IssuerKeys } from '#domain/federation/issuer-keys.ts'
import { indexMemberships, type GroupRecords, type MembershipIndex } from '#domain/groups/membership-index.ts'
import { indexDirectory, type DirectoryIndex, type IdentityRecords } from './directory-index.ts'
import { generations, type Generations } from '#domain/generations.ts'
import { newPolls, type Polls } from '#domain/sign-in/polls.ts'
import { passwordThreads, type PasswordThreads } from './password-threads.ts'
import { signInDelays, type SignInDelays } from './sign-in-delays.ts'
import type { VerifiedToken } from './verified-token.ts'

/** What a node keeps in memory to know who speaks: indexes over resident records, and bounded caches that decide nothing. */
export interface Identity {
  readonly index: DirectoryIndex
  readonly memberships: MembershipIndex
  readonly consent: ConsentIndex
  readonly appRoles: AppRoleIndex
  /** Public keys of issuers outside. */
  readonly issuers: IssuerKeys
  /** Public keys of who vouches for machines. */
  readonly attesters: IssuerKeys
  readonly delays: SignInDelays
  /** Of a source whoever it names: one password tried on many people. */
  readonly sprays: SignInDelays
  readonly passwords: PasswordThreads
  /** By SHA-256 of the token, so that the map holds no bearer tokens: "the signature was good", no more (performance.md 4). */
  readonly tokens: Generations<VerifiedToken>
  /** Devices that wait for somebody to type their code. */
  readonly polls: Polls
  /** The tenants' peppers, by the record that holds them. */
  readonly peppers: Generations<KeyObject>
  /** Public keys of certificates, by SHA-256 of the DER. */
  readonly publicKeys: Generations<KeyObject>
}

/** The change that stands for a compartment ends so. */
const wholeCompartment = '0'.repeat(64)
/** A whole office may come from one address. */
const freeOfSource = 50
const tokensPerGeneration = 5_000
const keysPerGeneration = 1_000

interface AllIdentityRecords extends IdentityRecords, GroupRecords {
  readonly permissionGrants: Records<PermissionGrant, readonly [id: string]>
  readonly appRoleAssignments: Records<AppRoleAssignment, readonly [id: string]>
}

/** Call it before the view is loaded: the indexes follow the families' observers. */
export function openIdentity(
  records: AllIdentityRecords,
  world: { readonly view: Pick<View, 'onNews'>; readonly outgoing: Outgoing; readonly log: Pick<Log, 'warn'> },
): Identity {
  const peppers = generations<KeyObject>(keysPerGeneration)
  world.view.onNews(news => {
    for (const { id, version } of news) {
      // The record that holds one, or its whole compartment, is gone: the pepper goes in the same tick.
      if (version === 0) peppers.drop(held => held === id || (id.endsWith(wholeCompartment) && held.startsWith(compartmentOf(id))))
    }
  })
  return {
    index: indexDirectory(records),
    memberships: indexMemberships(records),
    consent: indexConsent(records.permissionGrants),
    appRoles: indexAppRoles(records.appRoleAssignments),
    issuers: issuerKeys({ ...world, purpose: 'federation' }),
    attesters: issuerKeys({ ...world, purpose: 'attestation' }),
    delays: signInDelays(),
    sprays: signInDelays(freeOfSource),
    passwords: passwordThreads(),
    polls: newPolls(),
    tokens: generations(tokensPerGeneration),
    peppers,
    publicKeys: generations(keysPerGeneration),
  }
}
