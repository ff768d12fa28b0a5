import { ClientCertificateCredential } from '@azure/identity'
import { z } from 'zod'
import { expect, type Seen } from '#demo/told.ts'
import { addApplication, authorityOf, azureBy, azureOf, called, vaultResource, type Azure } from '#tests/clients/azure.ts'
import { addCertificate } from '#tests/clients/graph.ts'
import { clientCertificate } from '#tests/clients/certificate.ts'
import type { Instance } from '#tests/clients/instance.ts'

export interface People {
  /** Owner of the subscription and of the directory, without a right to any vault's data. */
  readonly administrator: Azure
  readonly builder: Azure
  readonly builderId: string
}

/** One application with a secret, one with a certificate; both get tokens of the tenant. */
export async function signIn(instance: Instance): Promise<Seen<People>> {
  const { environment } = instance
  const administrator = azureOf(environment, environment.administrator)
  const application = await addApplication(instance, called('builder'))
  const builder = azureOf(environment, application)
  const bySecret = claimsOf(await builder.token(vaultResource(environment)))
  expect(bySecret.oid === application.objectId && bySecret.tid === environment.tenantId, 'the token names another principal')
  const byCertificate = claimsOf(await certificateToken(instance, administrator))
  expect(byCertificate.appidacr === '2', `the token says that it was had by ${byCertificate.appidacr}, not by a certificate`)
  return {
    made: { administrator, builder, builderId: application.objectId },
    told: 'tokens by client secret and by certificate',
  }
}

async function certificateToken(instance: Instance, administrator: Azure): Promise<string> {
  const { environment } = instance
  const application = await addApplication(instance, called('robot'))
  const certificate = await clientCertificate('robot')
  await addCertificate(instance, administrator, { application, der: certificate.der })
  const options = authorityOf(environment)
  const credential = new ClientCertificateCredential(environment.tenantId, application.clientId, { certificate: certificate.pem }, options)
  return azureBy(environment, credential).token(vaultResource(environment))
}

const claimsShape = z.looseObject({ oid: z.string(), tid: z.string(), appidacr: z.string() })

function claimsOf(token: string): z.output<typeof claimsShape> {
  const [, body = ''] = token.split('.')
  return claimsShape.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')))
}
