import { stsProtocol } from '#protocols/awssts/index.ts'
import { domain } from './house.ts'
import { assumable, region, type SignedWire } from './signed.ts'

export const stsWire: SignedWire = {
  protocol: stsProtocol(domain),
  service: 'sts',
  host: `sts.${region}.${domain}`,
  version: '2011-06-15',
  good: [
    { operation: 'GetCallerIdentity', body: () => ({}), anybody: true },
    { operation: 'GetSessionToken', body: () => ({ DurationSeconds: 900 }), anybody: true },
    { operation: 'GetFederationToken', body: () => ({ Name: 'guest' }) },
    { operation: 'AssumeRole', body: () => ({ RoleArn: assumable, RoleSessionName: 'work' }) },
    {
      operation: 'AssumeRoleWithWebIdentity',
      body: () => ({}),
      untried: 'asked with the tokens of an issuer in src/protocols/awssts/roles.test.ts',
    },
    {
      operation: 'DecodeAuthorizationMessage',
      body: () => ({}),
      untried: 'asked with a sealed message in src/protocols/awssts/sign-in.test.ts',
    },
    { operation: 'GetAccessKeyInfo', body: () => ({ AccessKeyId: 'AKIARTX3GSDSXNCXGLTU' }) },
  ],
}
