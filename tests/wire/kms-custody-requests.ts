// Good requests of grants, of material that is brought, of keys in several Regions and of stores outside.
import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { noOutgoing, type Outgoing } from '#ports/outgoing.ts'
import { objectIn, textIn } from '#protocols/http/testing.ts'
import type { GoodRequest, Kept } from './signed.ts'

const keeping =
  (member: string, as = member): NonNullable<GoodRequest['keep']> =>
  ({ json }, kept) =>
    kept.set(as, textIn(json[member]))
const made = (name: string, members: Readonly<Record<string, unknown>>): GoodRequest => ({
  operation: 'CreateKey',
  body: () => members,
  keep: ({ json }, kept) => kept.set(name, textIn(objectIn(json['KeyMetadata'])['KeyId'])),
})
const by =
  (name: string, more: Readonly<Record<string, unknown>> = {}) =>
  (kept: Kept) => ({ KeyId: kept.get(name), ...more })

const grantee = 'arn:aws:iam::111122223333:user/administrator'
const giving = { GranteePrincipal: grantee, RetiringPrincipal: grantee, Operations: ['Decrypt', 'DescribeKey'] }

/** Under the pair that was given out for it. */
function wrapped(kept: Kept): string {
  const key = createPublicKey({ key: Buffer.from(kept.get('PublicKey') ?? '', 'base64'), format: 'der', type: 'spki' })
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, randomBytes(32)).toString('base64')
}

const healthy = {
  xksProxyFleetSize: 1,
  xksProxyVendor: 'Tests',
  xksProxyModel: 'Tests 1',
  ekmVendor: 'Tests',
  ekmFleetDetails: [{ id: 'one', model: 'Tests 1', healthStatus: 'ACTIVE' }],
}

/** Where a proxy of a store stands that says it is well: what proxies do besides is tested with one that is real. */
export const proxyOutside: Outgoing = {
  ...noOutgoing,
  post: async () => Promise.resolve({ status: 200, body: new TextEncoder().encode(JSON.stringify(healthy)) }),
}

const store = (kept: Kept) => ({ CustomKeyStoreId: kept.get('CustomKeyStoreId') })

export const custodyRequests: readonly GoodRequest[] = [
  made('granted', {}),
  {
    operation: 'CreateGrant',
    body: by('granted', giving),
    keep({ json }, kept) {
      kept.set('GrantId', textIn(json['GrantId'])).set('GrantToken', textIn(json['GrantToken']))
    },
  },
  { operation: 'ListGrants', body: by('granted') },
  { operation: 'ListRetirableGrants', body: () => ({ RetiringPrincipal: grantee }) },
  { operation: 'RetireGrant', body: kept => ({ GrantToken: kept.get('GrantToken') }) },
  { operation: 'CreateGrant', body: by('granted', giving), keep: keeping('GrantId') },
  { operation: 'RevokeGrant', body: kept => ({ KeyId: kept.get('granted'), GrantId: kept.get('GrantId') }) },
  made('brought', { Origin: 'EXTERNAL' }),
  {
    operation: 'GetParametersForImport',
    body: by('brought', { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }),
    keep({ json }, kept) {
      kept.set('ImportToken', textIn(json['ImportToken'])).set('PublicKey', textIn(json['PublicKey']))
    },
  },
  {
    operation: 'ImportKeyMaterial',
    body: kept => ({
      KeyId: kept.get('brought'),
      ImportToken: kept.get('ImportToken'),
      EncryptedKeyMaterial: wrapped(kept),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    }),
  },
  { operation: 'DeleteImportedKeyMaterial', body: by('brought') },
  made('several', { MultiRegion: true }),
  { operation: 'ReplicateKey', body: by('several', { ReplicaRegion: 'eu-west-1' }) },
  { operation: 'UpdatePrimaryRegion', body: by('several', { PrimaryRegion: 'eu-west-1' }) },
  {
    operation: 'CreateCustomKeyStore',
    body: () => ({
      CustomKeyStoreName: 'outside',
      CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
      XksProxyConnectivity: 'PUBLIC_ENDPOINT',
      XksProxyUriEndpoint: 'https://xks.test',
      XksProxyUriPath: '/kms/xks/v1',
      XksProxyAuthenticationCredential: { AccessKeyId: 'ABCDEFGHIJKLMNOPQRST', RawSecretAccessKey: 's'.repeat(43) },
    }),
    keep: keeping('CustomKeyStoreId'),
  },
  { operation: 'DescribeCustomKeyStores', body: () => ({}) },
  { operation: 'ConnectCustomKeyStore', body: store },
  { operation: 'UpdateCustomKeyStore', body: kept => ({ ...store(kept), NewCustomKeyStoreName: 'renamed' }) },
  { operation: 'DisconnectCustomKeyStore', body: store },
  { operation: 'DeleteCustomKeyStore', body: store },
]
