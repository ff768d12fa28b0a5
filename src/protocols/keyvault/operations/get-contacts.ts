import { getContacts } from '#domain/certificates/contacts.ts'
import { contactsShape } from '#protocols/keyvault/certificate-shapes.ts'
import { json } from '#protocols/http/answer.ts'
import { noParams, noQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const getContactsOperation = vaultOperation({
  name: 'CertificateContactsGet',
  method: 'GET',
  path: '/certificates/contacts',
  permissions: ['contacts.read'],
  scope: scopeOfVault,
  params: noParams,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, permit }) {
    const contacts = await getContacts(context, call, { permit: permit('contacts.read'), vault: site.vault.value })
    return json(200, contactsShape({ site }, contacts))
  },
})
