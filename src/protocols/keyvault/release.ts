import { Problem } from '#model/problem.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { since73 } from './api-version.ts'
import type { VaultSite } from './site.ts'

// Keys do not leave this vault: asking for it is refused in the service's order of reasons, not forgotten (key-vault.md 1.5, 10.2).

interface Asked {
  readonly attributes: { readonly exportable?: boolean | undefined } | undefined
  readonly release_policy: boolean
}

const refuse = (message: string): never => {
  throw new Problem({ code: 'InvalidBody', details: { message } })
}

/** Of a key that is made or imported. Raises `InvalidBody`. */
export function refuseExportable(
  { attributes, release_policy: policy }: Asked,
  at: { readonly site: VaultSite; readonly request: WireRequest; readonly hsm: boolean },
): void {
  if (attributes?.exportable !== true) {
    if (policy) refuse('AKV.SKR.1005: Non-exportable keys must not have release policy.')
    return
  }
  if (!policy) refuse('AKV.SKR.1004: Exportable keys must have release policy.')
  if (at.site.vault.value.sku !== 'premium' || !since73(at.request))
    refuse('AKV.SKR.1001: Exportable keys need a premium vault and an api-version of 7.3 or later.')
  if (!at.hsm) refuse('AKV.SKR.1006: Software keys cannot be exportable.')
  refuse('Secure key release is not offered by this vault.')
}

/** Of a key that is there: none of them is exportable, and none becomes so. Raises `InvalidBody`. */
export function refuseBecomingExportable({ attributes, release_policy: policy }: Asked, version: string): void {
  if (attributes?.exportable === true) refuse('AKV.SKR.1003: The exportable attribute of an existing key cannot be changed.')
  if (!policy) return
  if (version !== 'current') refuse('AKV.SKR.1016: The release policy can be set on the versionless key alone.')
  refuse('AKV.SKR.1005: Non-exportable keys must not have release policy.')
}
