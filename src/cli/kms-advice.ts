/** What decides which key service keeps the keys (source document 003, "When to Choose AWS KMS vs Azure Key Vault/HSM"). */
export const kmsQuestions = {
  /** Where what uses the keys runs. */
  workloads: ['aws', 'azure', 'both'],
  /** Must the keys stand in hardware that nobody else's keys stand in? */
  hardware: ['shared', 'dedicated'],
} as const

export type KmsNeeds = { readonly [Q in keyof typeof kmsQuestions]: (typeof kmsQuestions)[Q][number] }

export interface KmsAdvice {
  readonly needs: KmsNeeds
  readonly layers: readonly string[]
  readonly because: string
  readonly commands: readonly string[]
}

interface Side {
  readonly layers: readonly string[]
  readonly because: string
  readonly commands: readonly string[]
}

const aws: Side = {
  layers: ['aws-kms'],
  because:
    'every AWS service encrypts with a KMS key for the caller, by the caller’s own rights, so key policies, grants and CloudTrail stand in one place; a data key a file or an hour keeps the calls, which are what it costs, few',
  commands: ['aws kms create-key --description app', 'aws kms create-alias --alias-name alias/app --target-key-id KEY_ID'],
}

const azure: Side = {
  layers: ['azure-key-vault'],
  because:
    'disks, storage and applications in Azure reach a vault by managed identities, without a credential of their own, and roles in one directory say who may use which key',
  commands: [
    'az keyvault create -n kv1 -g rg --enable-purge-protection',
    'az keyvault key create --vault-name kv1 -n app --kty RSA --size 3072',
  ],
}

const awsHardware: Side = {
  layers: ['aws-kms-custom-key-store', 'aws-cloudhsm'],
  because:
    'a custom key store keeps the keys in a cluster that is yours alone while callers go on using KMS: more control, at the price of a cluster that you run, and of fewer calls a second',
  commands: [
    'aws kms create-custom-key-store --custom-key-store-name hsm --cloud-hsm-cluster-id CLUSTER --key-store-password PASSWORD --trust-anchor-certificate file://ca.crt',
    'aws kms create-key --origin AWS_CLOUDHSM --custom-key-store-id STORE_ID',
  ],
}

const azureHardware: Side = {
  layers: ['azure-managed-hsm'],
  because:
    'a Managed HSM is a pool of one tenant with a security domain that only your quorum restores and roles of its own at each key: more control, and more to pay and to look after',
  commands: [
    'az keyvault create --hsm-name hsm1 -g rg --administrators OBJECT_ID',
    'az keyvault key create --hsm-name hsm1 -n app --kty RSA-HSM --size 3072',
  ],
}

/** One cloud’s keys for the other’s workloads mean identities, networks and an outage of both: keys stay where they are used. */
const beside = (one: Side, other: Side): Side => ({
  layers: [...one.layers, ...other.layers],
  because: `each cloud’s own keys for what runs in it, so that no identity and no network has to cross between them: ${one.because}; ${other.because}`,
  commands: [...one.commands, ...other.commands],
})

const sides: { readonly [W in KmsNeeds['workloads']]: { readonly [H in KmsNeeds['hardware']]: Side } } = {
  aws: { shared: aws, dedicated: awsHardware },
  azure: { shared: azure, dedicated: azureHardware },
  both: { shared: beside(aws, azure), dedicated: beside(awsHardware, azureHardware) },
}

/** All of it that fits what was answered, in the order of the questions. */
export function kmsAdvice(answers: Partial<KmsNeeds>): readonly KmsAdvice[] {
  return kmsQuestions.workloads.flatMap(workloads =>
    kmsQuestions.hardware
      .filter(hardware => [workloads, undefined].includes(answers.workloads) && [hardware, undefined].includes(answers.hardware))
      .map(hardware => adviceFor({ workloads, hardware })),
  )
}

const adviceFor = (needs: KmsNeeds): KmsAdvice => ({ needs, ...sides[needs.workloads][needs.hardware] })
