/** Names of accounts' things as policies and callers write them: `arn:aws:iam::111122223333:role/team/ci`. */
export interface Arn {
  readonly partition: string
  readonly service: string
  /** Empty in what belongs to none. */
  readonly region: string
  readonly accountId: string
  readonly resource: string
}

/** `undefined` for what is no ARN: six parts, the last of which may hold colons. */
export function parseArn(text: string): Arn | undefined {
  const [arn, partition = '', service = '', region = '', accountId = '', ...rest] = text.split(':')
  const resource = rest.join(':')
  if (arn !== 'arn' || partition === '' || service === '' || resource === '') return undefined
  return { partition, service, region, accountId, resource }
}

const identityArn = (accountId: string, resource: string): string => `arn:aws:iam::${accountId}:${resource}`

export const rootArn = (accountId: string): string => identityArn(accountId, 'root')
/** `path`: `/` or `/team/`. */
export interface Named {
  readonly accountId: string
  readonly path: string
  readonly name: string
}
export const userArn = ({ accountId, path, name }: Named): string => identityArn(accountId, `user${path}${name}`)
export const roleArn = ({ accountId, path, name }: Named): string => identityArn(accountId, `role${path}${name}`)
export const groupArn = ({ accountId, path, name }: Named): string => identityArn(accountId, `group${path}${name}`)
export const policyArn = ({ accountId, path, name }: Named): string => identityArn(accountId, `policy${path}${name}`)
export const instanceProfileArn = ({ accountId, path, name }: Named): string => identityArn(accountId, `instance-profile${path}${name}`)
/** A session of a role: without the role's path. */
export const assumedRoleArn = (of: { readonly accountId: string; readonly role: string; readonly session: string }): string =>
  `arn:aws:sts::${of.accountId}:assumed-role/${of.role}/${of.session}`
/** Whom a user of the account, or its root, vouches for by that name. */
export const federatedUserArn = (accountId: string, name: string): string => `arn:aws:sts::${accountId}:federated-user/${name}`

interface InRegion {
  readonly region: string
  readonly accountId: string
}
export const keyArn = ({ region, accountId }: InRegion, keyId: string): string => `arn:aws:kms:${region}:${accountId}:key/${keyId}`
/** `name`: `alias/…`. */
export const aliasArn = ({ region, accountId }: InRegion, name: string): string => `arn:aws:kms:${region}:${accountId}:${name}`
/** `url`: of an issuer, without its scheme. */
export const identityProviderArn = (accountId: string, url: string): string => identityArn(accountId, `oidc-provider/${url}`)
