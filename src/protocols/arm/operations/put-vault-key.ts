import { z } from 'zod'
import { createKey } from '#domain/keys/create-key.ts'
import { findKey } from '#domain/keys/find-key.ts'
import { setRotationPolicy } from '#domain/keys/rotation-policy.ts'
import { keyTypes, kindOf } from '#domain/keys/specs.ts'
import { parentVault } from '#domain/resources/set-vault.ts'
import { Problem } from '#model/problem.ts'
import { json } from '#protocols/http/answer.ts'
import { rotationPolicyBody } from '#protocols/azure/rotation-policy-body.ts'
import { armJson, maybe, tagsBody, wordOf } from '#protocols/arm/bodies.ts'
import { attributesBody } from '#protocols/arm/object-attributes.ts'
import { vaultKeyShape } from '#protocols/arm/key-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { atVaultKey, ofVaultKey, vaultKeyId, vaultKeyPath } from '#protocols/arm/vault-key-path.ts'

const body = z.object({
  tags: tagsBody,
  properties: z.object({
    kty: wordOf(keyTypes),
    keySize: maybe(z.int('must be an integer')),
    curveName: maybe(z.string()),
    keyOps: maybe(z.array(z.string())),
    attributes: attributesBody,
    rotationPolicy: maybe(rotationPolicyBody),
    release_policy: z.unknown().optional(),
  }),
})

function refuseUnserved(properties: z.output<typeof body>['properties']): void {
  if ((properties.release_policy ?? null) === null && properties.attributes?.exportable !== true) return
  throw new Problem({
    code: 'NotSupported',
    details: { message: 'Keys that can be released or exported are made through the vault itself.' },
  })
}

/** Makes the key where there is none; a key that is there stays as it is, and is the answer (identity-and-arm.md 3.1). */
export const putVaultKey = armOperation({
  name: 'VaultKeyPut',
  method: 'PUT',
  path: vaultKeyPath,
  permissions: ['vault.writeKey'],
  params: ofVaultKey,
  query: anyQuery,
  body: armJson(body),
  scope: atVaultKey,
  resource: vaultKeyId,
  async handle(context, call, { site, params, body: { tags, properties }, permit }) {
    const { value: vault } = await parentVault(context, call, params)
    const found = await findKey(context, call, { vault, name: params.key, version: 'current' })
    if (found !== undefined) return json(200, vaultKeyShape(site, { vault, key: found.key.value }))
    refuseUnserved(properties)
    const named = { vault, name: params.key, permit: permit('vault.writeKey') }
    const { key } = await createKey(context, call, {
      ...named,
      kind: kindOf({ type: properties.kty, bits: properties.keySize, crv: properties.curveName }),
      keyOps: properties.keyOps,
      attributes: properties.attributes,
      tags,
    })
    const policy = properties.rotationPolicy
    if (policy === undefined) return json(200, vaultKeyShape(site, { vault, key }))
    const { lifetimeActions, attributes } = policy
    const rotated = await setRotationPolicy(context, call, { ...named, lifetimeActions, expiryTime: attributes?.expiryTime })
    return json(200, vaultKeyShape(site, { vault, key: rotated }))
  },
})
