/** Of a version in a vault, as people and scripts are shown them: instants of RFC 3339. */
export interface VaultAttributes {
  readonly enabled: boolean
  readonly created: string | null
  readonly updated: string | null
  readonly notBefore: string | null
  readonly expires: string | null
  readonly recoveryLevel: string
}
