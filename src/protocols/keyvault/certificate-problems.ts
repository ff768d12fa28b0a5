import { bad, conflict, deletedNameMessage, forbidden, inUseMessage, missing, type Table } from './words.ts'

const characters = 100
const shown = (name: string): string => name.slice(0, characters)

/** What a vault says of certificates (key-vault.md 1.5). */
export const certificateTable = {
  CertificateNotFound: ({ name, version }) =>
    missing(
      'CertificateNotFound',
      `A certificate with (name/id) ${name}${version === undefined ? '' : `/${version}`} was not found in this key vault. ` +
        'If you recently deleted this certificate you may be able to recover it using the correct recovery command.',
    ),
  DeletedCertificateNotFound: ({ name }) => missing('CertificateNotFound', `Deleted Certificate not found: ${name}`),
  PendingCertificateNotFound: ({ name }) => missing('PendingCertificateNotFound', `Pending certificate not found: ${name}`),
  CertificateIssuerNotFound: () => missing('CertificateIssuerNotFound', 'Issuer not found'),
  ContactsNotFound: () => missing('ContactsNotFound', 'Contacts not found'),
  CertificateNameDeleted: ({ name }) => conflict(deletedNameMessage('Certificate', name), 'ObjectIsDeletedButRecoverable'),
  CertificateNameInUse: ({ name }, { site }) => conflict(inUseMessage('certificate', `${site?.baseUrl ?? ''}/certificates/${name}`)),
  CertificateNameTaken: ({ name, kind }) =>
    conflict(`The name ${name} belongs to a ${kind} of this vault: a certificate of that name would need it for its own ${kind}.`),
  // The code really is Forbidden, with this status.
  CertificatePending: () => ({
    status: 409,
    code: 'Forbidden',
    message: "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.",
  }),
  CertificateExpired: () => bad('The certificate has expired.'),
  SubjectInvalid: () => bad('The subject name provided is not a valid X500 name'),
  IssuerUnusable: ({ name }) =>
    bad(`The property "issuer" must be valid. The issuer ${shown(name)} is not defined in this vault, or is disabled.`),
  IssuerNotConnected: ({ name }) => bad(`The provider of the issuer ${shown(name)} is not connected here.`),
  BundleRefused: ({ because }) =>
    bad(`The specified PKCS#12 or PEM X.509 certificate content is in an unexpected format or cannot be opened: ${because}.`),
  BundleWithoutKey: () => bad('No certificate with private key found in the specified X.509 certificate content.'),
  MergeMismatch: () =>
    bad(
      'The public key of the end-entity certificate in the specified X.509 certificate content does not match the public part of the specified private key. ' +
        'Merge a certificate that was issued for the pending request.',
    ),
  // Sic: clients may have seen it.
  MergeForbidden: ({ issuer }) =>
    forbidden(`Merge is forbidden on pending object created with issuer : ${shown(issuer)} while it is in progess.`),
  NotInProgress: () => bad('The pending certificate is not in progress any more: it cannot be cancelled.'),
} satisfies Table
