import type { Bytes, Millis } from '#model/brands.ts'

/** What a machine proves of itself by a document that its maker signed (aws-kms.md 2.3). */
export interface AttestedMachine {
  readonly moduleId: string
  readonly kind: 'enclave' | 'tpm'
  /** Measurements by the numbers of their registers, lower-case hex. */
  readonly registers: ReadonlyMap<number, string>
  /** RSA, SubjectPublicKeyInfo DER: whoever holds the other half is the machine. */
  readonly publicKey: Bytes
}

/** Verifies such documents, and writes what only the machine can read. */
export interface AttestedMachines {
  /** Is there a root that documents are verified against? */
  readonly trusted: boolean
  /** A sentence about the document where it proves nothing. */
  verify(document: Bytes, at: Millis): Promise<AttestedMachine | { readonly flaw: string }>
  /** CMS EnvelopedData: AES-256-CBC under a fresh key, that under the machine's by RSAES-OAEP with SHA-256 (RFC 5652 6; RFC 8017 7.1). */
  enclose(machine: AttestedMachine, plaintext: Bytes): Bytes
}
