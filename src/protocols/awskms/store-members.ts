// Members of requests about custom key stores, by the bounds of the service's model (aws-kms.md 1.5), and a store as it is shown.
import type { KeyStore } from '#domain/account-keys/records.ts'
import type { ClusterSettings, ProxySettings } from '#domain/account-keys/stores/store-settings.ts'
import { enumOf, optional, structure, text } from '#protocols/aws/schemas.ts'
import { epochSeconds } from '#protocols/aws/times.ts'

export const storeId = text({ min: 1, max: 64 })
export const storeName = text({ min: 1, max: 256 })

/** What a store of either kind is told. */
export const storeSettings = {
  CloudHsmClusterId: optional(text({ min: 19, max: 24, pattern: 'cluster-[2-7a-zA-Z]{11,16}' })),
  KeyStorePassword: optional(text({ min: 7, max: 32, secret: true })),
  XksProxyUriEndpoint: optional(text({ min: 10, max: 128, pattern: '^https://[a-zA-Z0-9.-]+$' })),
  XksProxyUriPath: optional(text({ min: 10, max: 128, pattern: String.raw`^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$` })),
  XksProxyVpcEndpointServiceName: optional(
    text({ min: 20, max: 64, pattern: String.raw`^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$` }),
  ),
  XksProxyVpcEndpointServiceOwner: optional(text({ min: 12, max: 12, pattern: '[0-9]{12}' })),
  XksProxyAuthenticationCredential: optional(
    structure({
      AccessKeyId: text({ min: 20, max: 30, pattern: '^[A-Z2-7]+$' }),
      RawSecretAccessKey: text({ min: 43, max: 64, pattern: String.raw`^[a-zA-Z0-9\/+=]+$`, secret: true }),
    }),
  ),
  XksProxyConnectivity: optional(enumOf(['PUBLIC_ENDPOINT', 'VPC_ENDPOINT_SERVICE'])),
} as const

interface SettingsOnTheWire {
  readonly CloudHsmClusterId?: string
  readonly KeyStorePassword?: string
  readonly TrustAnchorCertificate?: string
  readonly XksProxyUriEndpoint?: string
  readonly XksProxyUriPath?: string
  readonly XksProxyVpcEndpointServiceName?: string
  readonly XksProxyVpcEndpointServiceOwner?: string
  readonly XksProxyAuthenticationCredential?: { readonly AccessKeyId: string; readonly RawSecretAccessKey: string }
  readonly XksProxyConnectivity?: 'PUBLIC_ENDPOINT' | 'VPC_ENDPOINT_SERVICE'
}

export function settingsOf(body: SettingsOnTheWire): { readonly cluster: ClusterSettings; readonly proxy: ProxySettings } {
  const credential = body.XksProxyAuthenticationCredential
  return {
    cluster: { clusterId: body.CloudHsmClusterId, password: body.KeyStorePassword, trustAnchor: body.TrustAnchorCertificate },
    proxy: {
      connectivity: body.XksProxyConnectivity,
      endpoint: body.XksProxyUriEndpoint,
      path: body.XksProxyUriPath,
      serviceName: body.XksProxyVpcEndpointServiceName,
      serviceOwner: body.XksProxyVpcEndpointServiceOwner,
      credential: credential && { accessKeyId: credential.AccessKeyId, secret: credential.RawSecretAccessKey },
    },
  }
}

/** What the trail shows of them: never a password, never a secret. */
export const shownSettings = (body: SettingsOnTheWire): Readonly<Record<string, string | undefined>> => ({
  cloudHsmClusterId: body.CloudHsmClusterId,
  xksProxyUriEndpoint: body.XksProxyUriEndpoint,
  xksProxyUriPath: body.XksProxyUriPath,
  xksProxyVpcEndpointServiceName: body.XksProxyVpcEndpointServiceName,
  xksProxyConnectivity: body.XksProxyConnectivity,
})

/** An entry of DescribeCustomKeyStores. */
export const storeEntry = (store: KeyStore): Readonly<Record<string, unknown>> => ({
  CustomKeyStoreId: store.id,
  CustomKeyStoreName: store.name,
  CustomKeyStoreType: store.kind === 'external' ? 'EXTERNAL_KEY_STORE' : 'AWS_CLOUDHSM',
  CloudHsmClusterId: store.clusterId,
  TrustAnchorCertificate: store.trustAnchor,
  ConnectionState: store.connection.toUpperCase(),
  ConnectionErrorCode: store.connectionError,
  CreationDate: epochSeconds(store.createdAt),
  ...(store.proxy !== undefined && {
    XksProxyConfiguration: {
      Connectivity: store.proxy.connectivity,
      AccessKeyId: store.proxy.accessKeyId,
      UriEndpoint: store.proxy.endpoint,
      UriPath: store.proxy.path,
    },
  }),
})
