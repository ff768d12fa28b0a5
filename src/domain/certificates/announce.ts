import { sealed } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { contactsToTell } from './contacts.ts'
import { withDueAt } from './due.ts'
import type { HeldCertificate } from './find-certificate.ts'
import { currentOf } from './get-certificate.ts'
import type { CertificateName } from './reference.ts'

/** Outbox topic: what the contacts of a vault are told. The body names records by their blind ids: it holds nothing that may not lie in the clear. */
export const contactMailTopic = 'certificateMail'

/** Why they are told. */
export const occasions = ['expires', 'renewalFailed'] as const
export type Occasion = (typeof occasions)[number]

/** Stages the word to the contacts, where there are any. */
export async function tellContacts(
  context: Needs<'certificateContacts'>,
  call: Call,
  what: { readonly named: CertificateName; readonly certificate: HeldCertificate; readonly occasion: Occasion },
): Promise<void> {
  const { named, certificate, occasion } = what
  const contacts = await contactsToTell(context, call, named.vault)
  call.details.set('contacts', contacts.length.toString())
  if (contacts.length === 0) return
  const body = JSON.stringify({ certificate: certificate.id, version: currentOf(certificate.value).id, occasion })
  call.effects.push({ topic: contactMailTopic, body: sealed(new TextEncoder().encode(body)) })
}

/** Once a version, whether there is anybody to tell or not. */
export async function announceExpiry(
  context: Needs<'certificates' | 'certificateContacts'>,
  call: Call,
  what: { readonly named: CertificateName; readonly certificate: HeldCertificate },
): Promise<void> {
  const { certificate } = what
  call.operation = 'CertificateEmailContacts'
  const current = currentOf(certificate.value)
  const { renewalTriedAt } = certificate.value.lifetime?.version === current.id ? certificate.value.lifetime : {}
  const lifetime = { version: current.id, announced: true, ...(renewalTriedAt !== undefined && { renewalTriedAt }) }
  context.certificates.update(call, certificate, withDueAt({ ...certificate.value, lifetime }))
  await tellContacts(context, call, { ...what, occasion: 'expires' })
}
