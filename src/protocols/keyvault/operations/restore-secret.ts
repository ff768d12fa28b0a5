import type { Facts } from '#domain/access/conditions/evaluate.ts'
import { attributes } from '#domain/access/known-facts.ts'
import type { Context } from '#domain/context.ts'
import { nameInBackup, restoreSecret } from '#domain/secrets/restore-secret.ts'
import { json } from '#protocols/http/answer.ts'
import { parseStrictJson } from '#protocols/http/strict-json.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { restoreBody } from '#protocols/keyvault/bodies.ts'
import { restoreBytesMax } from '#protocols/keyvault/limits.ts'
import { noParams, noQuery, scopeOfVault } from '#protocols/keyvault/params.ts'
import { currentSecretBundle } from '#protocols/keyvault/secret-shapes.ts'
import { vaultOperation, type VaultSite } from '#protocols/keyvault/site.ts'

/** A condition on the secret's name is judged by the name that the backup holds (key-vault.md 7: `@Request` for restore); read when, and only when, one asks for it. */
const facts =
  (request: WireRequest, { context, site }: { readonly context: Context; readonly site: VaultSite }): Facts =>
  attribute => {
    if (attribute.source !== 'Request' || attribute.name !== attributes.secretName || request.body === undefined) return undefined
    try {
      const blob = restoreBody.safeParse(parseStrictJson(request.body)).data?.value
      const name = blob && nameInBackup(context, { vault: site.vault.value, blob })
      return name === undefined ? undefined : { anyCase: name }
    } catch {
      return undefined
    }
  }

export const restoreSecretOperation = vaultOperation({
  name: 'SecretRestore',
  method: 'POST',
  path: '/secrets/restore',
  permissions: ['secret.restore'],
  // The name is inside the blob: the vault is asked for.
  scope: scopeOfVault,
  facts,
  params: noParams,
  query: noQuery,
  body: { json: restoreBody, maximumBytes: restoreBytesMax },
  async handle(context, call, { site, body, permit, request }) {
    const secret = await restoreSecret(context, call, { permit: permit('secret.restore'), vault: site.vault.value, blob: body.value })
    return json(200, currentSecretBundle({ site, request }, secret))
  },
})
