import type { Held } from '#domain/records/family.ts'
import type { SigningKey, Tenant } from '#domain/identity/records.ts'

/** The three spellings of the token service: their paths and whether they have a version in them. */
export type Spelling = 'v1' | 'v2' | 'adfs'

interface Place {
  /** `https://login.D[:port]`. */
  readonly baseUrl: string
  /** First segment of the paths, as it was asked for: id, domain, `common`, `adfs`. */
  readonly named: string
  /** Where the path names one. */
  readonly tenant: Tenant | undefined
  readonly graphHost: string
}

/** OpenID Connect Discovery 1.0, 3; MSAL takes its tenant from the first segment of `token_endpoint` (identity-and-arm.md 1.1). */
export function openIdDocument(spelling: Spelling, { baseUrl, named, tenant, graphHost }: Place): Readonly<Record<string, unknown>> {
  const segment = tenant?.tenantId ?? named
  const base = `${baseUrl}/${segment}`
  const version = spelling === 'v2' ? '/v2.0' : ''
  // Entra's own way to say that the issuer depends on the tenant.
  const issuerTenant = tenant?.tenantId ?? '{tenantid}'
  return {
    token_endpoint: `${base}/oauth2${version}/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery${version}/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: spelling === 'v2' ? `${baseUrl}/${issuerTenant}/v2.0` : `${baseUrl}/${issuerTenant}/`,
    request_uri_parameter_supported: false,
    authorization_endpoint: `${base}/oauth2${version}/authorize`,
    device_authorization_endpoint: `${base}/oauth2${version}/devicecode`,
    end_session_endpoint: `${base}/oauth2${version}/logout`,
    userinfo_endpoint: `https://${graphHost}/oidc/userinfo`,
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'tid',
      'oid',
      'appid',
      'appidacr',
      'idtyp',
      'ver',
      'uti',
      'auth_time',
      'nonce',
      'name',
      'preferred_username',
      'upn',
      'email',
      'sid',
    ],
    cloud_instance_name: new URL(baseUrl).hostname,
    msgraph_host: graphHost,
    tenant_region_scope: null,
  }
}

/** A published key as a JWK; `kid` and `x5t` are the certificate's SHA-1. */
export const jwkOf = ({ value }: Held<SigningKey>, baseUrl: string): Readonly<Record<string, unknown>> => ({
  kty: 'RSA',
  use: 'sig',
  kid: value.kid,
  x5t: value.kid,
  n: value.n,
  e: value.e,
  x5c: [value.certificate],
  issuer: `${baseUrl}/${value.tenantId}/v2.0`,
})
