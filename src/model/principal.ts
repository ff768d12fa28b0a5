export type PrincipalKind =
  | 'application'
  | 'user'
  | 'managedIdentity'
  | 'awsUser'
  | 'awsSession'
  | 'bearer'
  | 'instance'
  | 'anonymous'
  | 'system'

/** Who acts. `id` is the directory's object id (Entra `oid`), or the word of the kind for those that have none. */
export interface Principal {
  readonly id: string
  readonly kind: PrincipalKind
  readonly tenant?: string
  /** The application (client id) that acts or through which someone acts. */
  readonly appId?: string
  readonly credentialId?: string
  readonly authMethod?: string
  /** The token's issuer as it was presented: some refusals name it. */
  readonly issuer?: string
}

export const anonymous: Principal = { id: 'anonymous', kind: 'anonymous' }
/** The instance's own schedulers and jobs. */
export const system: Principal = { id: 'system', kind: 'system' }
/** Whoever speaks through the admin socket: the file's mode is the control. */
export const operator: Principal = { id: 'operator', kind: 'instance' }
