export interface Credential {
  readonly clientId: string
  readonly clientSecret: string
}
