import { Problem } from '#model/problem.ts'
import type { KeyStore } from '#domain/account-keys/records.ts'
import { storeRefused } from './refusals.ts'

/** Of a cluster of tokens. */
export interface ClusterSettings {
  readonly clusterId?: string | undefined
  readonly password?: string | undefined
  readonly trustAnchor?: string | undefined
}

export type SoundCluster = { readonly [K in keyof ClusterSettings]-?: string }

export interface ProxySettings {
  readonly connectivity?: 'PUBLIC_ENDPOINT' | 'VPC_ENDPOINT_SERVICE' | undefined
  readonly endpoint?: string | undefined
  readonly path?: string | undefined
  readonly serviceName?: string | undefined
  readonly serviceOwner?: string | undefined
  readonly credential?: { readonly accessKeyId: string; readonly secret: string } | undefined
}

export type KeptProxy = NonNullable<KeyStore['proxy']>

const invalid = (message: string): Problem => new Problem({ code: 'ValidationFailed', details: { message } })
const given = (settings: ClusterSettings | ProxySettings): boolean => Object.values(settings).some(value => value !== undefined)

/** A store is of one kind, and is told what that kind has. Raises `ValidationFailed`. */
export function assertOneKind(
  kind: KeyStore['kind'],
  { cluster, proxy }: { readonly cluster: ClusterSettings; readonly proxy: ProxySettings },
): void {
  if (kind === 'external' && given(cluster))
    throw invalid('CloudHsmClusterId, KeyStorePassword and TrustAnchorCertificate are not valid for an external key store.')
  if (kind === 'token' && given(proxy)) throw invalid('XksProxy parameters are valid only for an external key store.')
}

/** All that a new external store must be told. Raises `ValidationFailed`, `KeyStoreRefused`. */
export function soundProxy(settings: ProxySettings): KeptProxy & { readonly secret: string } {
  const { connectivity, endpoint, path, credential, serviceName, serviceOwner } = settings
  if (connectivity === undefined || endpoint === undefined || path === undefined || credential === undefined)
    throw invalid(
      'An external key store needs XksProxyConnectivity, XksProxyUriEndpoint, XksProxyUriPath and XksProxyAuthenticationCredential.',
    )
  assertPath(path)
  assertConnectivity({ connectivity, serviceName, serviceOwner })
  return { connectivity, endpoint, path, accessKeyId: credential.accessKeyId, secret: credential.secret }
}

/** Version 1 of the proxies' API is the one that is spoken. */
export function assertPath(path: string): void {
  if (!path.endsWith('/kms/xks/v1')) throw invalid('XksProxyUriPath must end with /kms/xks/v1.')
}

/** There are no endpoint services of virtual networks here: proxies are reached by their own names. */
export function assertConnectivity({ connectivity, serviceName, serviceOwner }: ProxySettings): void {
  if (connectivity === 'VPC_ENDPOINT_SERVICE') {
    if (serviceName === undefined) throw invalid('XksProxyVpcEndpointServiceName is required with VPC_ENDPOINT_SERVICE connectivity.')
    throw storeRefused('XksProxyVpcEndpointServiceNotFound', `The VPC endpoint service ${serviceName} was not found.`)
  }
  if ((serviceName ?? serviceOwner) !== undefined)
    throw invalid(
      'XksProxyVpcEndpointServiceName and XksProxyVpcEndpointServiceOwner are valid only with VPC_ENDPOINT_SERVICE connectivity.',
    )
}

/** All that a new store of tokens must be told. Raises `ValidationFailed`. */
export function soundCluster({ clusterId, password, trustAnchor }: ClusterSettings): SoundCluster {
  if (clusterId === undefined || password === undefined || trustAnchor === undefined)
    throw invalid('A CloudHSM key store needs CloudHsmClusterId, KeyStorePassword and TrustAnchorCertificate.')
  return { clusterId, password, trustAnchor }
}
