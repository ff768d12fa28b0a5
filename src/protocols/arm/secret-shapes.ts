import type { Vault } from '#domain/resources/records.ts'
import type { Secret } from '#domain/secrets/records.ts'
import { secretArmId } from '#domain/secrets/reference.ts'
import { currentVersion } from '#domain/vault-objects/object.ts'
import type { Listed } from './answers.ts'
import { attributesShape } from './object-attributes.ts'
import { vaultUri } from './shapes.ts'
import type { ArmSite } from './site.ts'

/** A secret as ARM shows it: never its value, which is the data plane's (identity-and-arm.md 3.1). */
export function vaultSecretShape(site: ArmSite, { vault, secret }: { readonly vault: Vault; readonly secret: Secret }): Listed {
  const version = currentVersion(secret)
  const secretUri = `${vaultUri(site, vault.name)}secrets/${secret.name}`
  return {
    id: secretArmId({ vault, name: secret.name }),
    name: secret.name,
    type: 'Microsoft.KeyVault/vaults/secrets',
    location: vault.location,
    tags: version.tags ?? {},
    properties: {
      attributes: attributesShape(version),
      ...(version.contentType !== undefined && { contentType: version.contentType }),
      secretUri,
      secretUriWithVersion: `${secretUri}/${version.id}`,
    },
  }
}
