import { Problem } from '#model/problem.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertManages } from '#domain/identity/owned-scope.ts'
import type { HeldApplication } from '#domain/identity/directory.ts'
import { credentialNamed, withTerms, type FederatedTerms } from './credential-list.ts'
import type { FederatedCredential } from './records.ts'

interface Change {
  readonly permit: Permit<'directory.write'>
  readonly application: HeldApplication
}

/** Raises `DirectoryObjectNotFound`. */
export function federatedOf(application: HeldApplication, idOrName: string): FederatedCredential {
  const found = credentialNamed(application.value.federatedCredentials ?? [], idOrName)
  if (found === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: idOrName.slice(0, 128) } })
  return found
}

/** One more workload outside that acts as the application. Raises as `withTerms` does. */
export function addFederated(
  context: Needs<'applications' | 'ground'>,
  call: Call,
  change: Change & { readonly name: string; readonly terms: FederatedTerms },
): FederatedCredential {
  const { permit, application, name, terms } = change
  assertManages(permit, { set: 'applications', id: application.value.id })
  const { value } = application
  const { list, credential } = withTerms(value.federatedCredentials ?? [], { id: context.ground.random.uuid(), name, terms })
  context.applications.update(call, application, { ...value, federatedCredentials: list })
  return credential
}

/** New terms where they are given: tokens of the old ones count no more. */
export function changeFederated(
  context: Needs<'applications'>,
  call: Call,
  change: Change & { readonly credential: FederatedCredential; readonly terms: Partial<FederatedTerms> },
): void {
  const { permit, application, credential, terms } = change
  assertManages(permit, { set: 'applications', id: application.value.id })
  const { value } = application
  const { id, name, issuer, subject, audiences, description } = credential
  const { list } = withTerms(value.federatedCredentials ?? [], {
    id,
    name,
    terms: { issuer, subject, audiences, description, ...terms },
  })
  context.applications.update(call, application, { ...value, federatedCredentials: list })
}

/** Tokens that were given for it count no more. */
export function removeFederated(
  context: Needs<'applications'>,
  call: Call,
  change: Change & { readonly credential: FederatedCredential },
): void {
  const { permit, application, credential } = change
  assertManages(permit, { set: 'applications', id: application.value.id })
  const { value } = application
  const federatedCredentials = (value.federatedCredentials ?? []).filter(one => one.id !== credential.id)
  context.applications.update(call, application, { ...value, federatedCredentials })
}
