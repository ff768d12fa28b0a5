import { z } from 'zod'
import type { PermissionGrant } from '#domain/consent/records.ts'
import { filterable, property, type Entity } from './entity.ts'
import { guid } from './values.ts'

/** Consent that an application acts for users at another. */
export const grantEntity: Entity<PermissionGrant> = {
  type: 'oAuth2PermissionGrant',
  set: 'oauth2PermissionGrants',
  properties: {
    id: filterable(value => value.id),
    clientId: filterable(value => value.clientId),
    consentType: filterable(value => (value.principalId === undefined ? 'AllPrincipals' : 'Principal')),
    principalId: filterable(value => value.principalId ?? null),
    resourceId: filterable(value => value.resourceId),
    scope: property(value => value.scopes.join(' ')),
  },
}

const scope = z
  .string('not a string')
  .max(4_096, 'longer than 4096 characters')
  .transform(text => text.split(' ').filter(name => name !== ''))

/** `startTime` and `expiryTime` were once wanted and are looked at by nobody. */
const ignored = { startTime: z.string().nullish(), expiryTime: z.string().nullish() }

export const grantIn = z
  .strictObject({
    clientId: guid,
    consentType: z.enum(['AllPrincipals', 'Principal'], 'not AllPrincipals or Principal'),
    principalId: guid.nullish(),
    resourceId: guid,
    scope,
    ...ignored,
  })
  .refine(({ consentType, principalId }) => (consentType === 'Principal') === (principalId != null), {
    path: ['principalId'],
    message: 'is for the consent type Principal, and for no other',
  })

export const grantPatch = z.strictObject({ scope, ...ignored })
