import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { SecretBytes } from '#model/secret-bytes.ts'
import type { AttestedMachine } from '#ports/attested-machines.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { invalid } from './crypto-members.ts'

/** For whom an answer's secret is: whoever asked, or an attested machine. */
export interface AttestedRecipient {
  /** What the machine's document says, for conditions of policies. */
  readonly facts: { readonly facts?: Readonly<Record<string, string>> }
  /** The members of an answer with the secret, or with its ciphertext for the machine alone. */
  answer(plain: Readonly<Record<string, unknown>>, secret: SecretBytes): Readonly<Record<string, unknown>>
}

interface RecipientInfo {
  readonly KeyEncryptionAlgorithm?: 'RSAES_OAEP_SHA_256'
  readonly AttestationDocument?: Bytes
}

const whoeverAsked: AttestedRecipient = { facts: {}, answer: plain => plain }

/** Who is to read the answer. Raises `KeyOperationUnsupported` where no root vouches for machines, `ValidationFailed` for what is not vouched for. */
export async function attestedRecipient(
  { attestedMachines }: Needs<'attestedMachines'>,
  call: Call,
  recipient: RecipientInfo | undefined,
): Promise<AttestedRecipient> {
  if (recipient === undefined) return whoeverAsked
  const { KeyEncryptionAlgorithm: algorithm, AttestationDocument: document } = recipient
  if (algorithm === undefined || document === undefined)
    throw invalid('A recipient has a KeyEncryptionAlgorithm and an AttestationDocument.')
  if (!attestedMachines.trusted)
    throw new Problem({
      code: 'KeyOperationUnsupported',
      details: { message: 'Recipient is not supported: no root of attestation documents is configured here.' },
    })
  const machine = await attestedMachines.verify(document, call.at)
  if ('flaw' in machine) throw invalid(`The attestation document proves nothing: ${machine.flaw}.`)
  noteMachine(call, machine)
  return {
    facts: { facts: factsOf(machine) },
    // The plaintext, and what would tell of its key, go no further.
    answer: (_plain, secret) => ({ CiphertextForRecipient: attestedMachines.enclose(machine, secret.bytes) }),
  }
}

const prefixes = { enclave: 'kms:recipientattestation:pcr', tpm: 'kms:recipientattestation:nitrotpmpcr' } as const

/** Registers by number; of an enclave the first is the image's digest, which has a name of its own (aws-kms.md 4.4). */
function factsOf({ kind, registers }: AttestedMachine): Readonly<Record<string, string>> {
  const image = registers.get(0)
  return {
    ...Object.fromEntries([...registers].map(([index, value]) => [`${prefixes[kind]}${index}`, value])),
    ...(kind === 'enclave' && image !== undefined && { 'kms:recipientattestation:imagesha384': image }),
  }
}

/** As the trail tells of it (AWS Nitro Enclaves, "CloudTrail"). */
function noteMachine({ trail }: Call, { moduleId, registers }: AttestedMachine): void {
  if (trail === undefined) return
  trail.more = {
    recipient: { attestationDocumentModuleId: moduleId, attestationDocumentEnclaveImageDigest: registers.get(0) },
  }
}
