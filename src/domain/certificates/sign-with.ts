import { hash } from 'node:crypto'
import { certificateSignatures, signedObject } from '#crypto/certificate-signatures.ts'
import type { KeySpec } from '#crypto/key-specs.ts'
import type { Bytes } from '#model/brands.ts'
import type { Material, Place } from '#ports/record-store.ts'
import type { Needs } from '#domain/context.ts'

/** A key that signs certificates, requests and revocation lists; where its material lies. */
export interface SigningPlace {
  readonly module: string
  readonly spec: KeySpec
  readonly place: Place
  material(): Promise<Material>
}

/** Signs a TBSCertificate, CertificationRequestInfo or TBSCertList and puts the signature to it. */
export async function signedWith(context: Needs<'module'>, by: SigningPlace, toBeSigned: Bytes): Promise<Bytes> {
  const signature = await signatureWith(context, by, toBeSigned)
  return signedObject(toBeSigned, by.spec, signature)
}

/** The signature alone, as the key gives it. */
export async function signatureWith(context: Needs<'module'>, by: SigningPlace, toBeSigned: Bytes): Promise<Bytes> {
  const { algorithm, hash: name } = certificateSignatures[by.spec]
  const usable = await context.module(by.module).use(by.place, by.spec, async () => by.material())
  return usable.sign(algorithm, hash(name, toBeSigned, 'buffer'))
}
