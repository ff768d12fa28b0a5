import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { positive } from '#domain/authority/authority.ts'
import { issueByAuthority } from '#domain/authority/issue.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import type { Vault } from '#domain/resources/records.ts'
import { vaultOfCompartment } from '#domain/vault-objects/due-vault.ts'
import { tellContacts } from './announce.ts'
import { certifiedBy } from './certified.ts'
import { completeOperation, signerOf } from './complete-operation.ts'
import { assertNameUntaken, certificateRecord, type HeldCertificate } from './find-certificate.ts'
import { endOperation, operationOf, type HeldOperation } from './operation.ts'
import { certificateArmId, certificateScope } from './reference.ts'
import { signedWith } from './sign-with.ts'
import { validityFrom } from './validity.ts'

interface Issuing {
  readonly vault: Vault
  readonly certificate: HeldCertificate
  readonly operation: HeldOperation
}

/** The leaf, and the authority's certificates above it. */
interface Issued {
  readonly leaf: Bytes
  readonly others: readonly Bytes[]
}

/** Answers what waits for an issuer that we are, as soon as it is asked and after a restart too; of any other issuer it says that it is none here. */
export const issueTask: DueTask = {
  family: 'certificateOperations',
  operation: 'CertificateEnroll',
  async run(context, call, { compartment, path }) {
    const [name] = path
    const at = vaultOfCompartment(context, call, compartment)
    // Those of a deleted vault wait for its recovery.
    if (at === undefined || !at.live || name === undefined) return false
    const { vault } = at
    const operation = await operationOf(context, call, { vault, name })
    const certificate = await certificateRecord(context, call, { vault, name })
    if (certificate === undefined || operation?.value.status !== 'inProgress') return false
    if (operation.value.dueAt === undefined || operation.value.dueAt > call.at) return false
    if (operation.value.renewal) call.operation = 'CertificateRenew'
    call.resource = certificateArmId({ vault, name: certificate.value.name })
    context.access.permit(call, 'certificate.issue', { on: certificateScope(vault, name) })
    await answer(context, call, { vault, certificate, operation })
    return true
  },
}

async function answer(context: Context, call: Call, issuing: Issuing): Promise<void> {
  const { vault, certificate, operation } = issuing
  if (operation.value.cancellationRequested) return void endOperation(context, call, { operation, status: 'cancelled' })
  const named = { vault, name: certificate.value.name }
  try {
    await assertNameUntaken(context, call, named)
    const { leaf, others } = await issuedBy(context, call, issuing)
    const read = (await context.pki()).readCertificate(leaf)
    if (read === undefined) throw new Error('an issued certificate that does not read')
    await completeOperation(context, call, { named, certificate, operation, leaf: read, all: [leaf, ...others] })
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    call.details.set('failure', error.body.code)
    if (operation.value.renewal) await tellContacts(context, call, { named, certificate, occasion: 'renewalFailed' })
    endOperation(context, call, { operation, status: 'failed', error: refusalOf(error) })
  }
}

function refusalOf({ body }: Problem): { readonly code: string; readonly message: string } {
  if (body.code === 'IssuerNotConnected')
    return {
      code: 'Certificate issuer error',
      message: `The issuer ${body.details.name} is not there, is disabled, or its provider is not connected here: the request can be signed outside and merged.`,
    }
  if (body.code === 'NotSupported') return { code: 'Request rejected', message: body.details.message }
  const message =
    body.code === 'CertificateNameTaken'
      ? `The name belongs to a ${body.details.kind} by now.`
      : `The request was refused with ${body.code}.`
  return { code: 'Request rejected', message }
}

async function issuedBy(context: Context, call: Call, issuing: Issuing): Promise<Issued> {
  const { operation, vault, certificate } = issuing
  const { issuer, policy, publicKey } = operation.value
  const certified = certifiedBy(policy, Uint8Array.fromBase64(publicKey))
  const validity = validityFrom(call.at, policy.validityMonths)
  if (issuer === 'authority') {
    const { tenantId } = vault
    const subjectId = certificateArmId({ vault, name: certificate.value.name })
    return issueByAuthority(context, call, { tenantId, certified, validity, portSuffix: certificate.value.portSuffix ?? '', subjectId })
  }
  if (issuer !== 'self') throw new Problem({ code: 'IssuerNotConnected', details: { name: policy.issuer.name } })
  const pki = await context.pki()
  const signer = signerOf(context, operation)
  const leaf = await call.once(`self-signed certificate ${operation.value.version}`, async () => {
    const serial = positive(context.ground.random.bytes(16))
    return signedWith(context, signer, pki.certificateToSign({ ...certified, ...validity, serial, signer: signer.spec }))
  })
  return { leaf, others: [] }
}
