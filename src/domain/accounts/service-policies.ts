import { lookUp } from '#model/names.ts'

/** A managed policy that the service keeps for every account: read and attached, never changed. */
export interface ServicePolicy {
  readonly name: string
  readonly id: string
  readonly path: string
  readonly description: string
  readonly defaultVersion: string
  readonly createdAt: number
  readonly updatedAt: number
  /** Text of the version in force, the only one that is kept. */
  readonly document: string
  /** Roles of services alone have it. */
  readonly attachable: boolean
}

interface Statement {
  readonly Sid?: string
  readonly Effect: 'Allow'
  readonly Action?: string | readonly string[]
  readonly NotAction?: readonly string[]
  readonly Resource: string | readonly string[]
}

interface Written {
  readonly name: string
  readonly id: string
  readonly path?: string
  readonly description: string
  readonly version: string
  readonly created: string
  readonly updated: string
  readonly statements: readonly Statement[]
}

const on = (Action: string | readonly string[], Resource: string | readonly string[] = '*'): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
})

/** Reading of the services that are served: `ReadOnlyAccess` and `SecurityAudit` of the service list hundreds of others. */
const readAll = ['kms:Describe*', 'kms:Get*', 'kms:List*', 's3:Describe*', 's3:Get*', 's3:List*', 'ec2:Describe*', 'ec2:Get*']
  .concat(['cloudtrail:Describe*', 'cloudtrail:Get*', 'cloudtrail:List*', 'cloudtrail:LookupEvents'])
  .concat([
    'iam:Generate*',
    'iam:Get*',
    'iam:List*',
    'iam:Simulate*',
    'sts:GetAccessKeyInfo',
    'sts:GetCallerIdentity',
    'sts:GetSessionToken',
  ])
const audit = ['cloudtrail:DescribeTrails', 'cloudtrail:GetEventSelectors', 'cloudtrail:GetTrail', 'cloudtrail:GetTrailStatus']
  .concat(['cloudtrail:ListTags', 'cloudtrail:ListTrails', 'cloudtrail:LookupEvents', 'ec2:Describe*', 'ec2:GetEbsEncryptionByDefault'])
  .concat(['iam:GenerateCredentialReport', 'iam:GenerateServiceLastAccessedDetails', 'iam:Get*', 'iam:List*', 'iam:SimulateCustomPolicy'])
  .concat(['iam:SimulatePrincipalPolicy', 'kms:Describe*', 'kms:GetKeyPolicy', 'kms:GetKeyRotationStatus', 'kms:List*'])
  .concat(['s3:GetAccelerateConfiguration', 's3:GetAccountPublicAccessBlock', 's3:GetBucket*', 's3:GetEncryptionConfiguration'])
  .concat(['s3:GetInventoryConfiguration', 's3:GetLifecycleConfiguration', 's3:GetObjectAcl', 's3:GetObjectVersionAcl'])
  .concat(['s3:GetReplicationConfiguration', 's3:ListAccessPoints', 's3:ListAllMyBuckets', 's3:ListBucket', 'sts:GetAccessKeyInfo'])
const organizations = [
  'DescribeAccount',
  'DescribeOrganization',
  'DescribeOrganizationalUnit',
  'DescribePolicy',
  'ListChildren',
  'ListParents',
]
  .concat(['ListPoliciesForTarget', 'ListRoots', 'ListPolicies', 'ListTargetsForPolicy'])
  .map(action => `organizations:${action}`)

/** Ids are the service's; of the two whose ids it never published, ours. */
const written: readonly Written[] = [
  {
    name: 'AdministratorAccess',
    id: 'ANPAIWMBCKSKIEE64ZLYK',
    description: 'Provides full access to AWS services and resources.',
    version: 'v1',
    created: '2015-02-06T18:39:46Z',
    updated: '2015-02-06T18:39:46Z',
    statements: [on('*')],
  },
  {
    name: 'PowerUserAccess',
    id: 'ANPAJYRXTHIB4FOVS3ZXS',
    description: 'Provides full access to AWS services and resources, but does not allow management of Users and groups.',
    version: 'v12',
    created: '2015-02-06T18:39:47Z',
    updated: '2026-02-12T17:59:14Z',
    statements: [
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      on(
        ['account:GetAccountInformation', 'account:GetGovCloudAccountInformation', 'account:GetPrimaryEmail', 'account:ListRegions']
          .concat(['iam:CreateServiceLinkedRole', 'iam:DeleteServiceLinkedRole', 'iam:ListRoles'])
          .concat(['organizations:DescribeEffectivePolicy', 'organizations:DescribeOrganization']),
      ),
    ],
  },
  {
    name: 'ReadOnlyAccess',
    id: 'ANPAILL3HVNFSB6DCOWYQ',
    description: 'Provides read-only access to AWS services and resources.',
    version: 'v1',
    created: '2015-02-06T18:39:48Z',
    updated: '2015-02-06T18:39:48Z',
    statements: [on(readAll)],
  },
  {
    name: 'SecurityAudit',
    id: 'ANPAIX2T3QCXHR2OGGCTO',
    description: 'The security audit template grants access to read security configuration metadata.',
    version: 'v1',
    created: '2015-02-06T18:41:01Z',
    updated: '2015-02-06T18:41:01Z',
    statements: [on(audit)],
  },
  {
    name: 'AWSKeyManagementServicePowerUser',
    id: 'ANPAJNPP7PPPPMJRV2SA4',
    description: 'Provides access to AWS Key Management Service (KMS).',
    version: 'v2',
    created: '2015-02-06T18:40:40Z',
    updated: '2017-03-07T00:55:11Z',
    statements: [
      on(
        ['kms:CreateAlias', 'kms:CreateKey', 'kms:DeleteAlias', 'kms:Describe*', 'kms:GenerateRandom', 'kms:Get*', 'kms:List*'].concat([
          'kms:TagResource',
          'kms:UntagResource',
          'iam:ListGroups',
          'iam:ListRoles',
          'iam:ListUsers',
        ]),
      ),
    ],
  },
  {
    name: 'IAMFullAccess',
    id: 'ANPAI7XKCFMBPM3QQRRVQ',
    description: 'Provides full access to IAM via the AWS Management Console.',
    version: 'v2',
    created: '2015-02-06T18:40:38Z',
    updated: '2019-06-21T19:40:00Z',
    statements: [on(['iam:*', ...organizations])],
  },
  {
    name: 'IAMReadOnlyAccess',
    id: 'ANPAJKSO7NDY4T57MWDSQ',
    description: 'Provides read only access to IAM via the AWS Management Console.',
    version: 'v4',
    created: '2015-02-06T18:40:39Z',
    updated: '2018-01-25T19:11:27Z',
    statements: [
      on(
        ['iam:GenerateCredentialReport', 'iam:GenerateServiceLastAccessedDetails', 'iam:Get*', 'iam:List*'].concat([
          'iam:SimulateCustomPolicy',
          'iam:SimulatePrincipalPolicy',
        ]),
      ),
    ],
  },
  {
    name: 'IAMUserChangePassword',
    id: 'ANPAJ4L4MM2A7QIEB56MS',
    description: 'Provides the ability for an IAM user to change their own password.',
    version: 'v2',
    created: '2016-11-15T00:25:16Z',
    updated: '2016-11-15T23:18:55Z',
    statements: [on(['iam:ChangePassword'], ['arn:aws:iam::*:user/${aws:username}']), on(['iam:GetAccountPasswordPolicy'])],
  },
  {
    name: 'AmazonS3FullAccess',
    id: 'ANPAIFIR6V6BVTRAHWINE',
    description: 'Provides full access to all buckets via the AWS Management Console.',
    version: 'v2',
    created: '2015-02-06T18:40:58Z',
    updated: '2021-09-27T20:16:37Z',
    statements: [on(['s3:*', 's3-object-lambda:*'])],
  },
  {
    name: 'AmazonS3ReadOnlyAccess',
    id: 'ANPAIZTJ4DXE7G6AGAE6M',
    description: 'Provides read only access to all buckets via the AWS Management Console.',
    version: 'v3',
    created: '2015-02-06T18:40:59Z',
    updated: '2023-08-10T21:31:39Z',
    statements: [on(['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'])],
  },
  {
    name: 'AWSCloudTrail_ReadOnlyAccess',
    id: 'ANPAXYDKEYSTEADTRAILR',
    description: 'Provides read only access to AWS CloudTrail.',
    version: 'v1',
    created: '2022-06-14T17:19:05Z',
    updated: '2022-06-14T17:19:05Z',
    statements: [on(['cloudtrail:Get*', 'cloudtrail:Describe*', 'cloudtrail:List*', 'cloudtrail:LookupEvents'])],
  },
  {
    name: 'AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy',
    id: 'ANPAXYDKEYSTEADMRKROL',
    path: '/aws-service-role/',
    description: 'Enables access to AWS services and resources required to synchronize shared properties of multi-Region keys',
    version: 'v1',
    created: '2021-06-16T15:37:37Z',
    updated: '2021-06-16T15:37:37Z',
    statements: [on(['kms:SynchronizeMultiRegionKey'])],
  },
]

const ofService = ({ name, id, path = '/', description, version, created, updated, statements }: Written): ServicePolicy => ({
  name,
  id,
  path,
  description,
  defaultVersion: version,
  createdAt: Temporal.Instant.from(created).epochMilliseconds,
  updatedAt: Temporal.Instant.from(updated).epochMilliseconds,
  document: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
  attachable: path !== '/aws-service-role/',
})

export const arnOfServicePolicy = ({ path, name }: Pick<ServicePolicy, 'path' | 'name'>): string => `arn:aws:iam::aws:policy${path}${name}`

export const servicePolicies: readonly ServicePolicy[] = written.map(ofService)
const byArn: Readonly<Record<string, ServicePolicy>> = Object.fromEntries(
  servicePolicies.map(policy => [arnOfServicePolicy(policy), policy]),
)

/** `undefined` for one that is not kept here. */
export const servicePolicy = (arn: string): ServicePolicy | undefined => lookUp(byArn, arn)
