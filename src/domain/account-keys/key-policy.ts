import { accountArn } from './key-arn.ts'

/** What a key gets whose maker says nothing: the account decides, by the policies of its principals (aws-kms.md 4.2). */
export const defaultKeyPolicy = (accountId: string): string =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: accountArn(accountId) },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    undefined,
    2,
  )
