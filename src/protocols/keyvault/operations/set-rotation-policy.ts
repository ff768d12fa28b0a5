import { setRotationPolicy } from '#domain/keys/rotation-policy.ts'
import { json } from '#protocols/http/answer.ts'
import { namedObject, noQuery, scopeOfKey, urlOfKey } from '#protocols/keyvault/params.ts'
import { rotationPolicyBody } from '#protocols/azure/rotation-policy-body.ts'
import { rotationPolicy } from '#protocols/keyvault/rotation-policies.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

export const setRotationPolicyOperation = vaultOperation({
  name: 'KeyRotationPolicySet',
  method: 'PUT',
  path: '/keys/{name}/rotationpolicy',
  permissions: ['key.writeRotationPolicy'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: namedObject,
  query: noQuery,
  body: { json: rotationPolicyBody },
  async handle(context, call, { site, params, body, permit }) {
    const key = await setRotationPolicy(context, call, {
      permit: permit('key.writeRotationPolicy'),
      vault: site.vault.value,
      name: params.name,
      lifetimeActions: body.lifetimeActions,
      expiryTime: body.attributes?.expiryTime,
    })
    return json(200, rotationPolicy(site, key))
  },
})
