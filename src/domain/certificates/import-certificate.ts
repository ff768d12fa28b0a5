import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { defaultModule } from '#domain/keys/add-version.ts'
import type { ObjectTags } from '#domain/vault-objects/attributes.ts'
import { addCertificateVersion, type KeepingNeeds } from './add-certificate-version.ts'
import { broughtFrom } from './brought.ts'
import type { Container } from './container.ts'
import { assertNameUntaken, recordForNewVersion } from './find-certificate.ts'
import { importedPolicy } from './imported-policy.ts'
import { assertNoneInProgress } from './operation.ts'
import type { PolicyChange } from './policy.ts'
import type { Certificate, CertificatePolicy, CertificateVersion } from './records.ts'
import { certificateScope, type CertificateName } from './reference.ts'
import { issuerKind } from './request-certificate.ts'

export type ImportNeeds = KeepingNeeds & Needs<'certificateOperations' | 'certificateIssuers' | 'store'>

/**
 * Takes a certificate with its private key in, as a new certificate or as the next version of the one under this name (key-vault.md 4.5).
 * Raises `BundleRefused`, `KeyNotWhole`, `KeySizeNotSupported`, `CertificateExpired`, the refusals of `policyAfter`, `CertificateNameDeleted`,
 * `CertificatePending`, `CertificateNameTaken`.
 */
export async function importCertificate(
  context: ImportNeeds,
  call: Call,
  request: CertificateName & {
    readonly permit: Permit<'certificate.import'>
    readonly container: Container
    readonly policy?: PolicyChange | undefined
    readonly enabled?: boolean | undefined
    readonly tags?: ObjectTags | undefined
    readonly preserveOrder?: boolean | undefined
    readonly portSuffix?: string | undefined
  },
): Promise<{ readonly certificate: Certificate; readonly version: CertificateVersion }> {
  const { permit, vault, name, enabled = true, tags, preserveOrder, portSuffix } = request
  assertPermits(permit, certificateScope(vault, name))
  const named = { vault, name }
  const pki = await context.pki()
  const brought = await call.once('brought certificate', async () => broughtFrom(call, pki, request.container))
  if (brought.leaf.notAfter <= call.at) throw new Problem({ code: 'CertificateExpired' })
  const policy = importedPolicy(call, { pki, vault, change: request.policy ?? {}, brought })
  await issuerKind(context, call, { named, policy })
  const found = await recordForNewVersion(context, call, named)
  await assertNoneInProgress(context, call, named)
  await assertNameUntaken(context, call, named)
  const before = found === undefined ? undefined : context.certificates.update(call, found, { ...found.value, policy })
  const { spec, pkcs8, publicKey } = brought
  const id = await call.once('version of the brought certificate', async () => context.ground.random.bytes(16).toHex())
  return addCertificateVersion(context, call, {
    named: { vault, name: found?.value.name ?? name },
    before,
    id,
    policy,
    // The key does what the certificate says, whatever the next one will say.
    keyUsage: brought.leaf.keyUsage,
    leaf: brought.leaf,
    all: brought.all,
    kind: { spec, hsm: policy.key.hsm },
    origin: 'imported',
    make: async place => ({ ...(await context.module(defaultModule).import(spec, pkcs8, place)), publicKey }),
    exported: exportedBy(policy, pkcs8),
    enabled,
    tags,
    preserveOrder,
    portSuffix,
  })
}

const exportedBy = ({ key }: CertificatePolicy, pkcs8: SecretBytes): SecretBytes | undefined => (key.exportable ? pkcs8 : undefined)
