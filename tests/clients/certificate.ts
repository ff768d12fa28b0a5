// A client's certificate: self-signed, as `openssl req -x509` makes one.
import { webcrypto, X509Certificate } from 'node:crypto'
import 'reflect-metadata'
import { X509CertificateGenerator } from '@peculiar/x509'
import { secret } from '#tests/left-behind/noted.ts'

export interface ClientCertificate {
  /** Private key and certificate in one text, as `ClientCertificateCredential` and az take it. */
  readonly pem: string
  /** Base64 of the DER, as Graph's `keyCredentials` take it. */
  readonly der: string
}

const day = 86_400_000

export async function clientCertificate(name: string): Promise<ClientCertificate> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: Uint8Array.of(1, 0, 1), modulusLength: 2048 }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned(
    { name: `CN=${name}`, keys, signingAlgorithm: algorithm, notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) },
    webcrypto,
  )
  const pkcs8 = secret('a private key', Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))).toString('base64')
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`
  const der = Buffer.from(certificate.rawData)
  return { pem: `${key}${new X509Certificate(der).toString()}`, der: der.toString('base64') }
}
