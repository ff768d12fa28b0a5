import { SecretBytes } from '#model/secret-bytes.ts'
import { encrypt } from '#domain/envelopes/encrypt.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { dryRun, encryptionAlgorithm, encryptionContext, encryptionOf, plaintext, shownContext } from '#protocols/awskms/crypto-members.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'

export const encryptOperation = awsOperation({
  name: 'Encrypt',
  permissions: ['accountKey.encrypt'],
  body: {
    amzJson: structure({
      KeyId: keyId,
      Plaintext: plaintext,
      EncryptionContext: encryptionContext,
      GrantTokens: grantTokens,
      EncryptionAlgorithm: encryptionAlgorithm,
      DryRun: dryRun,
    }),
  },
  trail: {
    parameters: ({ KeyId, EncryptionContext, EncryptionAlgorithm = 'SYMMETRIC_DEFAULT', DryRun }) => ({
      keyId: KeyId,
      encryptionContext: shownContext(EncryptionContext),
      encryptionAlgorithm: EncryptionAlgorithm,
      dryRun: DryRun,
    }),
    readOnly: true,
  },
  async handle(context, call, { site, body }) {
    call.defer(new SecretBytes(body.Plaintext))
    const encryption = encryptionOf(body.EncryptionAlgorithm, body.EncryptionContext)
    const { arn, blob } = await encrypt(context, call, {
      ...encryption,
      key: { id: body.KeyId, region: site.region },
      plaintext: body.Plaintext,
      dryRun: body.DryRun,
    })
    return amzJson({ CiphertextBlob: blob, KeyId: arn, EncryptionAlgorithm: encryption.algorithm })
  },
})
