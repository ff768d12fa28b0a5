import type { Millis } from './brands.ts'

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
  /** Of a user: the name that signs in. */
  readonly userPrincipalName?: string
  /** The application (client id) that acts or through which someone acts. */
  readonly appId?: string
  readonly credentialId?: string
  readonly authMethod?: string
  /** The token's issuer as it was presented: some refusals name it. */
  readonly issuer?: string
  /** Of `awsUser` and `awsSession`: in which account, and with what they came. */
  readonly acting?: ActingInAccount
}

/** What rows of the audit are read back by: one more is one more there. */
export const actingKinds = ['root', 'user', 'session', 'service', 'federated', 'federatedUser'] as const

/** Who acts in an account: its root, one of its users, or a session of one of its roles (aws-kms.md 4, 5). `tenant` of the principal is the account. */
export interface ActingInAccount {
  readonly accountId: string
  /**
   * `service` and `federated`: whoever asks for a role with nothing of an account's own, a service or what an issuer vouches for. `federatedUser`:
   * whom a user of the account, or its root, vouches for, with some of their own rights.
   */
  readonly kind: (typeof actingKinds)[number]
  /** As the caller is told it is: `arn:aws:iam::…:user/x`, `arn:aws:sts::…:assumed-role/r/s`; of a service its name, of a federated one the issuer as policies name it. */
  readonly arn: string
  /** The user's id, `role id:session name`, the account's number for its root. */
  readonly userId: string
  /** The key that signed. */
  readonly accessKeyId: string
  /** Name of the user, or of the role. */
  readonly name?: string
  /** Of a session: the role's id and ARN. */
  readonly role?: { readonly id: string; readonly arn: string }
  /** Of a federated user: the user who vouches for it; absent where the root does. */
  readonly user?: { readonly id: string; readonly arn: string; readonly name: string }
  /** Texts of the documents that narrow the session; none where it was asked for without. */
  readonly sessionPolicies: readonly string[]
  /** Of the user or role, with the session's over them. */
  readonly tags: Readonly<Record<string, string>>
  readonly transitiveTagKeys?: readonly string[]
  /** When the session was given out. */
  readonly issuedAt?: Millis
  readonly sourceIdentity?: string
  /** Issuer of the token that a session was given for. */
  readonly federatedProvider?: string
  /** Of a service: what of an account it acts for. */
  readonly sourceArn?: string
  /** The service that acts for the caller with the caller's own rights: `s3`, `ec2`. */
  readonly via?: string
}

/** Whose rights a session has: the role's, or the user's who vouches for it. */
export const issuerOf = ({
  role,
  user,
}: Pick<ActingInAccount, 'role' | 'user'>): { readonly id: string; readonly arn: string } | undefined => role ?? user

export const anonymous: Principal = { id: 'anonymous', kind: 'anonymous' }
/** The instance's own schedulers and jobs. */
export const system: Principal = { id: 'system', kind: 'system' }
/** Whoever speaks through the admin socket: the file's mode is the control. */
export const operator: Principal = { id: 'operator', kind: 'instance' }
