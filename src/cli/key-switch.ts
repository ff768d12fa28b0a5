import type { Caller } from './caller.ts'
import { askKms, kmsCallerOf, type KmsCaller } from './kms-wire.ts'
import { memberOf, textOf } from './json-value.ts'
import { objectNamed } from './object-name.ts'
import { askVault } from './vault-wire.ts'
import { send, type Site, type WireRequest } from './wire.ts'

/** Puts a key off and on again as the caller, and hands what puts it on to somebody who outlives the command. */
export interface KeySwitch {
  disable(): Promise<void>
  enable(): Promise<void>
  /** All that `enabledBy` needs: it holds a token or an access key, and goes through a pipe alone. */
  handOver(): Promise<HandedOver>
}

/** Either wire's. */
export type HandedOver =
  | { readonly wire: 'vault'; readonly site: Site; readonly requests: readonly WireRequest[] }
  | { readonly wire: 'kms'; readonly caller: KmsCaller; readonly arn: string }

/** `key` and `versions` as an impact has them. */
export function keySwitch(caller: Caller, { key, versions }: { readonly key: string; readonly versions: readonly string[] }): KeySwitch {
  if (key.startsWith('arn:')) {
    const kms = kmsCallerOf(caller.environment, caller.site)
    return {
      disable: async () => askKms(kms, 'DisableKey', key),
      enable: async () => askKms(kms, 'EnableKey', key),
      handOver: async () => ({ wire: 'kms', caller: kms, arn: key }),
    }
  }
  const named = versions.map(version => objectNamed(`${key}/${version}`, 'keys'))
  const turn = async (enabled: boolean): Promise<void> => {
    for (const on of named)
      await askVault(caller, { method: 'PATCH', on, path: on.path, body: { attributes: { enabled } }, action: 'key.update' })
  }
  return {
    disable: async () => turn(false),
    enable: async () => turn(true),
    async handOver() {
      const suffix = textOf(memberOf(memberOf(caller.environment, 'endpoints'), 'vaultSuffix'))
      const token = await caller.token(`https://${suffix.slice(1)}`)
      const requests = named.map((on): WireRequest => ({
        method: 'PATCH',
        url: `https://${on.vault}${suffix}${on.path}?api-version=7.4`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ attributes: { enabled: true } }),
      }))
      return { wire: 'vault', site: caller.site, requests }
    },
  }
}

/** True when the key is on, or nothing that is sent again would put it on. */
export async function enabledBy(given: HandedOver): Promise<boolean> {
  try {
    if (given.wire === 'kms') {
      await askKms(given.caller, 'EnableKey', given.arn)
      return true
    }
    const answers = await Promise.all(given.requests.map(async request => send(given.site, request)))
    return answers.every(({ status }) => status < 500 && status !== 429)
  } catch {
    return false
  }
}
