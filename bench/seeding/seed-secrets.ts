import type { Context } from '#domain/context.ts'
import type { Vault } from '#domain/resources/records.ts'
import { addSecretVersion } from '#domain/secrets/add-secret-version.ts'
import type { Principal } from '#model/principal.ts'
import { performAs } from './open-instance.ts'

export const secretName = (at: number): string => `secret-${at.toString().padStart(6, '0')}`

/** As long as a password that a machine made. */
export const secretText = 'c2VjcmV0cyBhcmUgYXMgbG9uZyBhcyB0aGlz'

const perCall = 50

/** Secrets of one version each, as they come by PUT. */
export async function seedSecrets(
  context: Context,
  into: { readonly vault: Vault; readonly names: readonly string[]; readonly who: Principal },
): Promise<void> {
  const { vault, names, who } = into
  const value = Buffer.from(secretText)
  for (let from = 0; from < names.length; from += perCall)
    await performAs(context, who, async call => {
      for (const name of names.slice(from, from + perCall)) await addSecretVersion(context, call, { named: { vault, name }, value })
    })
}
