import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Vault } from '#domain/resources/records.ts'
import type { CertificateContact } from './records.ts'

/** Ours: Azure publishes none (key-vault.md 8). */
const contactsMax = 100
const path = ['contacts'] as const

type ContactNeeds = Needs<'certificateContacts'>

const contactsOf = async ({ certificateContacts }: ContactNeeds, call: Call, vault: Vault) =>
  certificateContacts.get(call, vault.compartment, path)

async function requireContacts(context: ContactNeeds, call: Call, vault: Vault) {
  const found = await contactsOf(context, call, vault)
  if (found === undefined) throw new Problem({ code: 'ContactsNotFound' })
  return found
}

/** Whoever is told of a vault's certificates; nobody where none was set. */
export const contactsToTell = async (context: ContactNeeds, call: Call, vault: Vault): Promise<readonly CertificateContact[]> =>
  (await contactsOf(context, call, vault))?.value.contacts ?? []

/** Raises `ContactsNotFound`. */
export async function getContacts(
  context: ContactNeeds,
  call: Call,
  { permit, vault }: { readonly permit: Permit<'contacts.read'>; readonly vault: Vault },
): Promise<readonly CertificateContact[]> {
  assertPermits(permit, vault.scope)
  return (await requireContacts(context, call, vault)).value.contacts
}

/** All that there are from now on. Raises `InvalidBody`. */
export async function setContacts(
  context: ContactNeeds,
  call: Call,
  request: { readonly permit: Permit<'contacts.write'>; readonly vault: Vault; readonly contacts: readonly CertificateContact[] },
): Promise<readonly CertificateContact[]> {
  const { permit, vault, contacts } = request
  assertPermits(permit, vault.scope)
  if (contacts.length > contactsMax)
    throw new Problem({ code: 'InvalidBody', details: { name: 'contacts', message: `must hold at most ${contactsMax} contacts` } })
  const value = { contacts: [...contacts] }
  const before = await contactsOf(context, call, vault)
  const { certificateContacts } = context
  if (before === undefined) return certificateContacts.create(call, vault.compartment, { path, value }).value.contacts
  return certificateContacts.update(call, before, value).value.contacts
}

/** Answers whom there was. Raises `ContactsNotFound`. */
export async function deleteContacts(
  context: ContactNeeds,
  call: Call,
  { permit, vault }: { readonly permit: Permit<'contacts.write'>; readonly vault: Vault },
): Promise<readonly CertificateContact[]> {
  assertPermits(permit, vault.scope)
  const found = await requireContacts(context, call, vault)
  context.certificateContacts.remove(call, found)
  return found.value.contacts
}
