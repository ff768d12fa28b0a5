import { deleteContacts } from '#domain/certificates/contacts.ts'
import { contactsShape } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { noParams, noQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const deleteContactsOperation = vaultOperation({
  name: 'CertificateContactsDelete',
  method: 'DELETE',
  path: '/certificates/contacts',
  permissions: ['contacts.write'],
  scope: scopeOfVault,
  params: noParams,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, permit }) {
    const contacts = await deleteContacts(context, call, { permit: permit('contacts.write'), vault: site.vault.value })
    return json(200, contactsShape({ site }, contacts))
  },
})
