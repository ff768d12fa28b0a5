import type { CompartmentId } from '#model/brands.ts'
import { compartmentId } from '#model/brands.ts'

/** What this installation is: fixed from its first start. */
export interface Instance {
  readonly clusterId: string
  /** Compartment of the installation itself: audit, names, backup blobs. */
  readonly installation: CompartmentId
  /** DNS name below which everything is served. */
  readonly domain: string
  /** Region of resources that do not name another, and of the vaults' headers. */
  readonly location: string
  /** Region of accounts' requests that name none, and of the services' own names: `us-east-1`. */
  readonly region: string
  readonly throttle: boolean
  /** Issuers whose word on a machine lets a key out to it; none where nothing is ever released (key-vault.md 10.2). */
  readonly attestationAuthorities: readonly string[]
  /** Access policies are written only by who may write role assignments too, not by whoever manages the vault. */
  readonly guardPolicies: boolean
}

/** Tenants and subscriptions are compartments by their own id: 16 bytes as they are. */
export const compartmentOfGuid = (guid: string): CompartmentId => compartmentId(guid.replaceAll('-', '').toLowerCase())
