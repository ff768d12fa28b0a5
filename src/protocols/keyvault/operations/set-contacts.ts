import { setContacts } from '#domain/certificates/contacts.ts'
import { contactsShape } from '#protocols/keyvault/certificate-shapes.ts'
import { contactsBody } from '#protocols/keyvault/certificate-bodies.ts'
import { json } from '#protocols/http/answer.ts'
import { noParams, noQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const setContactsOperation = vaultOperation({
  name: 'CertificateContactsSet',
  method: 'PUT',
  path: '/certificates/contacts',
  permissions: ['contacts.write'],
  scope: scopeOfVault,
  params: noParams,
  query: noQuery,
  body: { json: contactsBody },
  async handle(context, call, { site, body, permit }) {
    const contacts = await setContacts(context, call, {
      permit: permit('contacts.write'),
      vault: site.vault.value,
      contacts: body.contacts,
    })
    return json(200, contactsShape({ site }, contacts))
  },
})
