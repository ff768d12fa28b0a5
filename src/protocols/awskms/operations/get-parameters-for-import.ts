import { Problem } from '#model/problem.ts'
import { namesOf } from '#model/names.ts'
import { makeImportParameters } from '#domain/account-keys/import/import-parameters.ts'
import { wrappingAlgorithms, wrappingKeySpecs, type Wrapping } from '#domain/account-keys/import/wrapping.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { factsOf, requestFact } from '#domain/account-keys/key-facts.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, structure } from '#protocols/aws/schemas.ts'
import { epochSeconds } from '#protocols/aws/times.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { keyId } from '#protocols/awskms/members.ts'

const algorithms = ['RSAES_PKCS1_V1_5', ...namesOf(wrappingAlgorithms), 'SM2PKE'] as const
const specs = [...namesOf(wrappingKeySpecs), 'SM2'] as const

export const getParametersForImportOperation = awsOperation({
  name: 'GetParametersForImport',
  permissions: ['accountKey.readImportParameters'],
  body: { amzJson: structure({ KeyId: keyId, WrappingAlgorithm: enumOf(algorithms), WrappingKeySpec: enumOf(specs) }) },
  trail: { parameters: ['keyId', 'wrappingAlgorithm', 'wrappingKeySpec'], readOnly: true },
  async handle(context, call, { site, permit, body }) {
    const { KeyId: id, WrappingAlgorithm: algorithm, WrappingKeySpec: spec } = body
    const facts = factsOf(requestFact('kms:wrappingalgorithm', algorithm), requestFact('kms:wrappingkeyspec', spec))
    const asked = await askedKey(context, call, { site, permit, permission: 'accountKey.readImportParameters', id, facts })
    const { token, publicKey, validTo } = await makeImportParameters(context, call, { ...asked, ...wrappingOf(algorithm, spec) })
    return amzJson({ KeyId: keyArn(asked.key.value), ImportToken: token, PublicKey: publicKey, ParametersValidTo: epochSeconds(validTo) })
  },
})

/** Raises `KeyOperationUnsupported` for what is not taken any more, or in other partitions only. */
function wrappingOf(algorithm: (typeof algorithms)[number], spec: (typeof specs)[number]): Wrapping {
  if (algorithm === 'RSAES_PKCS1_V1_5' || algorithm === 'SM2PKE') throw unsupported(`The wrapping algorithm ${algorithm} is not supported.`)
  if (spec === 'SM2') throw unsupported('The wrapping key spec SM2 is supported only in China Regions.')
  return { algorithm, spec }
}

const unsupported = (message: string): Problem => new Problem({ code: 'KeyOperationUnsupported', details: { message } })
