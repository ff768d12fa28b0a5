import { hash } from 'node:crypto'
import { keySpecs } from '#crypto/key-specs.ts'
import type { ShownCertificate } from '#domain/certificates/get-certificate.ts'
import type {
  Certificate,
  CertificateContact,
  CertificateIssuer,
  CertificateOperation,
  CertificatePolicy,
  CertificateVersion,
} from '#domain/certificates/records.ts'
import { keyType } from '#domain/keys/specs.ts'
import { toBase64url } from '#protocols/azure/base64url.ts'
import { deletionOf, objectAttributes, objectUrl, tagsOf, type Writing } from './object-shapes.ts'
import type { VaultSite } from './site.ts'

const seconds = (ms: number): number => Math.floor(ms / 1000)

export const certificateUrl = (site: VaultSite, certificate: Pick<Certificate, 'name'>): string =>
  objectUrl(site, 'certificates', certificate)
const pendingUrl = (site: VaultSite, certificate: Pick<Certificate, 'name'>): string => `${certificateUrl(site, certificate)}/pending`

/** SHA-1 of the certificate, base64url (RFC 7515 4.1.7). */
const thumbprint = (version: CertificateVersion): string =>
  toBase64url(Uint8Array.from(hash('sha1', Uint8Array.fromBase64(version.certificate), 'buffer')))

// Members that are `undefined` are none: JSON.stringify leaves them out.

const unlessEmpty = (names: readonly string[]): readonly string[] | undefined => (names.length === 0 ? undefined : names)

function sansOf({ emails, dnsNames, upns, uris, ipAddresses }: CertificatePolicy['names']) {
  const all = [emails, dnsNames, upns, uris, ipAddresses]
  if (all.every(names => names.length === 0)) return undefined
  return {
    emails: unlessEmpty(emails),
    dns_names: unlessEmpty(dnsNames),
    upns: unlessEmpty(upns),
    uris: unlessEmpty(uris),
    ipAddresses: unlessEmpty(ipAddresses),
  }
}

const issuerOf = ({ issuer }: CertificatePolicy) => ({ name: issuer.name, cty: issuer.type, cert_transparency: issuer.transparency })

/** As it is answered: the name of an issuer as it was sent, defaults in their place (key-vault.md 4.2). */
export function policyShape({ site }: Pick<Writing, 'site'>, certificate: Pick<Certificate, 'name'>, policy: CertificatePolicy) {
  const { key } = policy
  const spec = keySpecs[key.spec]
  return {
    id: `${certificateUrl(site, certificate)}/policy`,
    key_props: {
      exportable: key.exportable,
      kty: keyType(key),
      key_size: spec.bits,
      reuse_key: key.reuse,
      crv: spec.kty === 'EC' ? spec.crv : undefined,
    },
    secret_props: { contentType: policy.contentType },
    x509_props: {
      subject: policy.subject,
      sans: sansOf(policy.names),
      ekus: policy.extendedKeyUsage,
      key_usage: policy.keyUsage,
      validity_months: policy.validityMonths,
      basic_constraints: { ca: policy.ca, path_len_constraint: policy.pathLength },
    },
    lifetime_actions: policy.lifetimeActions.map(({ action, lifetimePercentage, daysBeforeExpiry }) => ({
      trigger: { lifetime_percentage: lifetimePercentage, days_before_expiry: daysBeforeExpiry },
      action: { action_type: action },
    })),
    issuer: issuerOf(policy),
    attributes: { enabled: true, created: seconds(policy.createdAt), updated: seconds(policy.updatedAt) },
  }
}

const contentOf = (site: VaultSite, certificate: Certificate, version: CertificateVersion) => ({
  kid: `${objectUrl(site, 'keys', certificate)}/${version.id}`,
  sid: `${objectUrl(site, 'secrets', certificate)}/${version.id}`,
  x5t: thumbprint(version),
  cer: version.certificate,
  ...(version.preserveOrder !== undefined && { preserveCertOrder: version.preserveOrder }),
})

/** With its content, or, while the first version is asked for, with no more than what it will be (key-vault.md 4.1). */
export function certificateBundle(writing: Writing, { certificate, version, operation }: ShownCertificate) {
  const { site } = writing
  const { createdAt, updatedAt } = certificate.policy
  const shown = version ?? { id: operation?.version ?? '', enabled: false, createdAt, updatedAt }
  return {
    id: `${certificateUrl(site, certificate)}/${shown.id}`,
    ...(version !== undefined && contentOf(site, certificate, version)),
    attributes: objectAttributes(writing, shown),
    ...(version === undefined ? operation?.tags !== undefined && { tags: operation.tags } : tagsOf(version)),
    policy: policyShape(writing, certificate, certificate.policy),
    ...(operation !== undefined && { pending: { id: pendingUrl(site, certificate) } }),
  }
}

/** The newest version; of a deleted one too. */
export const currentCertificateBundle = (writing: Writing, certificate: Certificate) =>
  certificateBundle(writing, { certificate, version: certificate.versions.at(-1), operation: undefined })

function itemOf(writing: Writing, id: string, version: CertificateVersion | undefined) {
  const {
    recoveryLevel: _level,
    recoverableDays: _days,
    ...attributes
  } = objectAttributes(writing, version ?? { id: '', enabled: false, createdAt: 0, updatedAt: 0 })
  return {
    id,
    ...(version !== undefined && { x5t: thumbprint(version) }),
    attributes,
    ...(version !== undefined && tagsOf(version)),
    subject: '',
  }
}

export function certificateItem(writing: Writing, certificate: Certificate) {
  const current = certificate.versions.at(-1)
  const item = itemOf(writing, certificateUrl(writing.site, certificate), current)
  if (current !== undefined) return item
  const { createdAt, updatedAt } = certificate.policy
  return { ...item, attributes: { enabled: false, created: seconds(createdAt), updated: seconds(updatedAt) } }
}

export const certificateVersionItem = (
  writing: Writing,
  { certificate, version }: { readonly certificate: Certificate; readonly version: CertificateVersion },
) => itemOf(writing, `${certificateUrl(writing.site, certificate)}/${version.id}`, version)

export const deletedCertificateBundle = (writing: Writing, certificate: Certificate) => ({
  ...currentCertificateBundle(writing, certificate),
  ...deletionOf(writing, 'certificates', certificate),
})
export const deletedCertificateItem = (writing: Writing, certificate: Certificate) => ({
  ...certificateItem(writing, certificate),
  ...deletionOf(writing, 'certificates', certificate),
})

const waiting = {
  unknown: 'Pending certificate created. Please Perform Merge to complete the request.',
  other:
    'Pending certificate created. Certificate request is in progress. This may take some time based on the issuer provider. Please check again later.',
} as const

/** `status` is spelled as pollers compare it (key-vault.md 4.4). */
export function operationShape({ site }: Pick<Writing, 'site'>, certificate: Pick<Certificate, 'name'>, operation: CertificateOperation) {
  const { status, policy, error } = operation
  return {
    id: pendingUrl(site, certificate),
    issuer: issuerOf(policy),
    csr: operation.request,
    cancellation_requested: operation.cancellationRequested,
    status,
    ...(status === 'inProgress' && { status_details: waiting[operation.issuer === 'unknown' ? 'unknown' : 'other'] }),
    ...(status === 'completed' && { target: certificateUrl(site, certificate) }),
    ...(error !== undefined && { error }),
    request_id: operation.requestId,
    ...(operation.preserveOrder !== undefined && { preserveCertOrder: operation.preserveOrder }),
  }
}

/** Never with its password. */
export function issuerShape({ site }: Pick<Writing, 'site'>, issuer: CertificateIssuer) {
  const { name, provider, accountId, organizationId, administrators } = issuer
  return {
    id: issuerUrl(site, name),
    provider,
    credentials: { account_id: accountId },
    org_details: {
      id: organizationId,
      zip: 0,
      admin_details: administrators.map(({ firstName, lastName, email, phone }) => ({
        first_name: firstName,
        last_name: lastName,
        email,
        phone,
      })),
    },
    attributes: { enabled: issuer.enabled, created: seconds(issuer.createdAt), updated: seconds(issuer.updatedAt) },
  }
}

export const issuerUrl = (site: VaultSite, name: string): string => `${site.baseUrl}/certificates/issuers/${name}`
export const issuerItem = ({ site }: Pick<Writing, 'site'>, { name, provider }: CertificateIssuer) => ({
  id: issuerUrl(site, name),
  provider,
})

export const contactsShape = ({ site }: Pick<Writing, 'site'>, contacts: readonly CertificateContact[]) => ({
  id: `${site.baseUrl}/certificates/contacts`,
  contacts,
})
