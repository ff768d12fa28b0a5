import { z } from 'zod'
import type { FederatedTerms } from '#domain/federation/credential-list.ts'
import type { FederatedCredential } from '#domain/federation/records.ts'
import { addressed } from './addressed.ts'
import { filterable, property, type Entity } from './entity.ts'
import { unsetOfFederated } from './unset.ts'

const text = z.string('not a string')
const audiences = z.array(text, 'not a list')

export const credentialName = text.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/, 'not 3 to 120 letters, digits, hyphens and underscores')

/** `…/{id}/federatedIdentityCredentials/{credential}`: its id or its name. */
export const ofCredential = addressed.extend({ credential: text.max(120, 'longer than 120 characters') })

export const federatedIn = z.strictObject({
  ...unsetOfFederated,
  name: credentialName,
  issuer: text,
  subject: text,
  audiences,
  description: text.nullish(),
})

/** The name is the one thing that stays; some clients send it along all the same. */
export const federatedPatch = z.strictObject({
  ...unsetOfFederated,
  name: text.optional(),
  issuer: text.optional(),
  subject: text.optional(),
  audiences: audiences.optional(),
  description: text.nullish(),
})

export const termsOf = (body: z.output<typeof federatedPatch>): Partial<FederatedTerms> => ({
  ...(body.issuer !== undefined && { issuer: body.issuer }),
  ...(body.subject !== undefined && { subject: body.subject }),
  ...(body.audiences !== undefined && { audiences: body.audiences }),
  ...(body.description !== undefined && { description: body.description ?? undefined }),
})

/** `set` as contexts name it: they are always an application's. */
export const federatedEntity = (application: string): Entity<FederatedCredential> => ({
  type: 'federatedIdentityCredential',
  set: `applications('${application}')/federatedIdentityCredentials`,
  properties: {
    id: filterable(value => value.id),
    name: filterable(value => value.name),
    issuer: filterable(value => value.issuer),
    subject: filterable(value => value.subject),
    description: property(value => value.description ?? null),
    audiences: property(value => value.audiences),
  },
  empty: ['claimsMatchingExpression'],
})
