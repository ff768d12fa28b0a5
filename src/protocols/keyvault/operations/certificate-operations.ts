import { backUpCertificateOperation } from './back-up-certificate.ts'
import { createCertificateOperation } from './create-certificate.ts'
import { deleteCertificateOperation } from './delete-certificate.ts'
import { deleteContactsOperation } from './delete-contacts.ts'
import { deleteIssuerOperation } from './delete-issuer.ts'
import { deletePendingCertificateOperation } from './delete-pending-certificate.ts'
import { getCertificateOperation } from './get-certificate.ts'
import { getCertificatePolicyOperation } from './get-certificate-policy.ts'
import { getContactsOperation } from './get-contacts.ts'
import { getDeletedCertificateOperation } from './get-deleted-certificate.ts'
import { getIssuerOperation } from './get-issuer.ts'
import { getPendingCertificateOperation } from './get-pending-certificate.ts'
import { importCertificateOperation } from './import-certificate.ts'
import { listCertificateVersionsOperation } from './list-certificate-versions.ts'
import { listCertificatesOperation } from './list-certificates.ts'
import { listDeletedCertificatesOperation } from './list-deleted-certificates.ts'
import { listIssuersOperation } from './list-issuers.ts'
import { mergeCertificateOperation } from './merge-certificate.ts'
import { purgeCertificateOperation } from './purge-certificate.ts'
import { recoverCertificateOperation } from './recover-certificate.ts'
import { restoreCertificateOperation } from './restore-certificate.ts'
import { setContactsOperation } from './set-contacts.ts'
import { setIssuerOperation } from './set-issuer.ts'
import { updateCertificateOperation } from './update-certificate.ts'
import { updateCertificatePolicyOperation } from './update-certificate-policy.ts'
import { updateIssuerOperation } from './update-issuer.ts'
import { updatePendingCertificateOperation } from './update-pending-certificate.ts'
import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { VaultSite } from '#protocols/keyvault/site.ts'

/** Certificates, their issuers and whom a vault tells of them. */
export const certificateOperations: readonly Operation<Context, VaultSite>[] = [
  createCertificateOperation,
  importCertificateOperation,
  getCertificateOperation,
  listCertificatesOperation,
  listCertificateVersionsOperation,
  updateCertificateOperation,
  getCertificatePolicyOperation,
  updateCertificatePolicyOperation,
  getPendingCertificateOperation,
  updatePendingCertificateOperation,
  deletePendingCertificateOperation,
  mergeCertificateOperation,
  deleteCertificateOperation,
  listDeletedCertificatesOperation,
  getDeletedCertificateOperation,
  recoverCertificateOperation,
  purgeCertificateOperation,
  backUpCertificateOperation,
  restoreCertificateOperation,
  listIssuersOperation,
  getIssuerOperation,
  setIssuerOperation,
  updateIssuerOperation,
  deleteIssuerOperation,
  getContactsOperation,
  setContactsOperation,
  deleteContactsOperation,
]
