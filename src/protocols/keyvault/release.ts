import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { ReleasePolicy } from '#domain/keys/records.ts'
import { base64url } from '#protocols/azure/base64url.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { since73 } from './api-version.ts'
import { boolean, jsonBody, maybe, must } from './bodies.ts'
import type { VaultSite } from './site.ts'

// Keys that may leave, to whoever an attestation authority vouches for (key-vault.md 1.5, 10.2).

const contentTypeDefault = 'application/json; charset=utf-8'

/** As it came: what it says is the domain's to read. */
export const releasePolicyBody = maybe(
  jsonBody({ contentType: maybe(z.string(must('a string'))), data: maybe(base64url), immutable: maybe(boolean) }),
)
type PolicyBody = z.output<typeof releasePolicyBody>

interface Asked {
  readonly attributes: { readonly exportable?: boolean | undefined } | undefined
  readonly release_policy: PolicyBody
}

const refuse = (message: string): never => {
  throw new Problem({ code: 'InvalidBody', details: { message } })
}

function policyOf({ contentType = contentTypeDefault, data, immutable = false }: NonNullable<PolicyBody>): ReleasePolicy {
  if (data === undefined) return refuse('The property "release_policy.data" must be given.')
  return { contentType, data: data.toBase64({ alphabet: 'base64url', omitPadding: true }), immutable }
}

/** Of a key that is made or imported, in the service's order of reasons. Raises `InvalidBody`. */
export function askedRelease(
  { attributes, release_policy: policy }: Asked,
  at: { readonly site: VaultSite; readonly request: WireRequest; readonly hsm: boolean },
): ReleasePolicy | undefined {
  if (attributes?.exportable !== true) {
    if (policy !== undefined) refuse('AKV.SKR.1005: Non-exportable keys must not have release policy.')
    return undefined
  }
  if (policy === undefined) return refuse('AKV.SKR.1004: Exportable keys must have release policy.')
  if (at.site.vault.value.sku !== 'premium' || !since73(at.request))
    refuse('AKV.SKR.1001: Exportable keys need a premium vault and an api-version of 7.3 or later.')
  if (!at.hsm) refuse('AKV.SKR.1006: Software keys cannot be exportable.')
  return policyOf(policy)
}

/** Of a key that is there: the policy may be another; whether there is one, `exportable` compares with the key. Raises `InvalidBody`. */
export function changedRelease({ release_policy: policy }: Asked, version: string): ReleasePolicy | undefined {
  if (policy === undefined) return undefined
  if (version !== 'current') refuse('AKV.SKR.1016: The release policy can be set on the versionless key alone.')
  return policyOf(policy)
}

/** As clients read it back. */
export const shownPolicy = ({ contentType, data, immutable }: ReleasePolicy) => ({ contentType, data, immutable })
