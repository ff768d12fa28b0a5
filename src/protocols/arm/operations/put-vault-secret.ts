import { SecretBytes } from '#model/secret-bytes.ts'
import { parentVault } from '#domain/resources/set-vault.ts'
import { requireSecret } from '#domain/secrets/find-secret.ts'
import { setSecret } from '#domain/secrets/set-secret.ts'
import { updateSecret } from '#domain/secrets/update-secret.ts'
import { json } from '#protocols/http/answer.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { patchSecretBody, putSecretBody } from '#protocols/arm/secret-bodies.ts'
import { vaultSecretShape } from '#protocols/arm/secret-shapes.ts'
import { armOperation } from '#protocols/arm/site.ts'
import { atVaultSecret, ofVaultSecret, vaultSecretId, vaultSecretPath } from '#protocols/arm/vault-secret-path.ts'

/** Sets the secret to the value: what a deployment brings goes in, and does not come out this way (identity-and-arm.md 3.1). */
export const putVaultSecret = armOperation({
  name: 'VaultSecretPut',
  method: 'PUT',
  path: vaultSecretPath,
  permissions: ['vault.writeSecret'],
  params: ofVaultSecret,
  query: anyQuery,
  body: armJson(putSecretBody),
  scope: atVaultSecret,
  resource: vaultSecretId,
  async handle(context, call, { site, params, body: { tags, properties }, permit }) {
    call.defer(new SecretBytes(properties.value))
    const { value: vault } = await parentVault(context, call, params)
    const at = { permit: permit('vault.writeSecret'), vault, name: params.secret }
    const { secret } = await setSecret(context, call, { ...at, ...properties, tags })
    return json(secret.versions.length === 1 ? 201 : 200, vaultSecretShape(site, { vault, secret }))
  },
})

/** Changes the current version; with a value, makes the next one, which inherits nothing. */
export const patchVaultSecret = armOperation({
  name: 'VaultSecretPatch',
  method: 'PATCH',
  path: vaultSecretPath,
  permissions: ['vault.writeSecret'],
  params: ofVaultSecret,
  query: anyQuery,
  body: armJson(patchSecretBody),
  scope: atVaultSecret,
  resource: vaultSecretId,
  async handle(context, call, { site, params, body: { tags, properties }, permit }) {
    const { value, ...rest } = properties ?? {}
    const { value: vault } = await parentVault(context, call, params)
    const change = { permit: permit('vault.writeSecret'), ...rest, tags }
    const reference = { vault, name: params.secret, version: 'current' }
    if (value === undefined) {
      const { secret } = await updateSecret(context, call, { ...change, reference })
      return json(200, vaultSecretShape(site, { vault, secret }))
    }
    call.defer(new SecretBytes(value))
    // What is not there is not made by a PATCH.
    await requireSecret(context, call, reference)
    const { secret } = await setSecret(context, call, { ...change, vault, name: params.secret, value })
    return json(200, vaultSecretShape(site, { vault, secret }))
  },
})
