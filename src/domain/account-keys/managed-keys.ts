// Keys that an account has for its services' sake (aws-kms.md 3.6): which there are, and what their policies say, in the words of one cloud.
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { RegionOfAccount } from '#domain/accounts/account-region.ts'
import { newKeyId, stageKey, type CreatingNeeds } from './create-account-key.ts'
import { dayMs } from './due.ts'
import {
  accountKeyById,
  callersAccount,
  findAccountKey,
  keyAliasByName,
  type FindingNeeds,
  type FoundAccountKey,
  type HeldAccountKey,
  type KeyNamed,
} from './find-account-key.ts'
import { accountArn, parseKeyArn } from './key-arn.ts'

/** Name of the alias and the label of the service that comes with the account's rights (`kms:ViaService`). */
const services: Readonly<Record<string, string>> = {
  acm: 'acm',
  codecommit: 'codecommit',
  dynamodb: 'dynamodb',
  ebs: 'ec2',
  elasticfilesystem: 'elasticfilesystem',
  es: 'es',
  glue: 'glue',
  kinesis: 'kinesis',
  kinesisvideo: 'kinesisvideo',
  lambda: 'lambda',
  rds: 'rds',
  redshift: 'redshift',
  s3: 's3',
  secretsmanager: 'secretsmanager',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
  xray: 'xray',
}

const reserved = 'alias/aws/'
/** Only services' keys bear such names. */
export const isReservedAlias = (name: string): boolean => name.startsWith(reserved)

const rotationDays = 365

/**
 * The key behind `alias/aws/…` of a service, made when it is first looked at or used; `undefined` where the name is no service's.
 * Nothing is asked: whoever comes is judged against the key like anybody.
 */
export async function managedKey(
  context: CreatingNeeds & Needs<'keyAliases'>,
  call: Call,
  { alias, ...place }: RegionOfAccount & { readonly alias: string },
): Promise<HeldAccountKey | undefined> {
  const service = alias.startsWith(reserved) ? alias.slice(reserved.length) : ''
  const via = Object.hasOwn(services, service) ? services[service] : undefined
  if (via === undefined) return undefined
  const already = await keyAliasByName(context, call, { ...place, name: alias })
  if (already !== undefined) return accountKeyById(context, call, { ...place, id: already.value.keyId })
  const key = await stageKey(context, call, {
    ...place,
    id: await newKeyId(context, call, { ...place, multiRegion: false }),
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    origin: 'generated',
    manager: 'service',
    multiRegion: false,
    description: `Default key of ${service} for what no other key is named for`,
    policy: policyFor({ ...place, service, via }),
    tags: [],
    rotation: { periodDays: rotationDays, nextAt: call.at + rotationDays * dayMs },
  })
  const value = { name: alias, keyId: key.value.id, createdAt: call.at, updatedAt: call.at }
  context.keyAliases.create(call, key.compartment, { path: [alias], value })
  return key
}

/** As `findAccountKey`, for what is a use of such a key or a first look at it: by a service for the caller, or by the caller who describes it. */
export async function findOrMakeKey(context: CreatingNeeds & FindingNeeds, call: Call, named: KeyNamed): Promise<FoundAccountKey> {
  const accountId = callersAccount(call)
  const { name: alias, ...place } = parseKeyArn(named.id) ?? { name: named.id, accountId, region: named.region }
  if (place.accountId === accountId && place.region === named.region)
    await managedKey(context, call, { accountId, region: place.region, alias })
  return findAccountKey(context, call, named)
}

/** Everybody in the account through the service, and what is readable of the key for whom the account lets. */
const policyFor = ({ accountId, region, service, via }: RegionOfAccount & { readonly service: string; readonly via: string }): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Id: `auto-${service}-1`,
    Statement: [
      {
        Sid: `Allow access through ${service} for all principals in the account that are authorized to use it`,
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:CreateGrant', 'kms:DescribeKey'],
        Resource: '*',
        Condition: { StringEquals: { 'kms:CallerAccount': accountId, 'kms:ViaService': `${via}.${region}.amazonaws.com` } },
      },
      {
        Sid: 'Allow direct access to key metadata to the account',
        Effect: 'Allow',
        Principal: { AWS: accountArn(accountId) },
        Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
        Resource: '*',
      },
    ],
  })
