import { getRotationPolicy } from '#domain/keys/rotation-policy.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfKey, urlOfKey } from '#protocols/keyvault/params.ts'
import { rotationPolicy } from '#protocols/keyvault/rotation-policies.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const getRotationPolicyOperation = vaultOperation({
  name: 'KeyRotationPolicyGet',
  method: 'GET',
  path: '/keys/{name}/rotationpolicy',
  permissions: ['key.readRotationPolicy'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: namedObject,
  query: noQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit }) {
    const key = await getRotationPolicy(context, call, {
      permit: permit('key.readRotationPolicy'),
      vault: site.vault.value,
      name: params.name,
    })
    return json(200, rotationPolicy(site, key))
  },
})
