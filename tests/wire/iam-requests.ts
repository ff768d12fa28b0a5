import { iamProtocol } from '#protocols/awsiam/index.ts'
import type { Answered } from '#protocols/http/testing.ts'
import { domain } from './house.ts'
import { accountId, type Kept, type SignedWire } from './signed.ts'

type Value = string | number | boolean | undefined | readonly Value[] | { readonly [name: string]: Value }

/** Parameters of the Query protocol: `Tags.member.1.Key`. */
function form(input: { readonly [name: string]: Value }): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(input).flatMap(([name, value]) => parameters(name, value)))
}

function parameters(name: string, value: Value): readonly (readonly [string, unknown])[] {
  if (isList(value)) return value.flatMap((one, at) => parameters(`${name}.member.${at + 1}`, one))
  if (typeof value !== 'object') return [[name, value]]
  return Object.entries(value).flatMap(([member, one]) => parameters(`${name}.${member}`, one))
}
const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

const keepAs =
  (name: string, element: string) =>
  ({ text }: Answered, kept: Kept): void =>
    void kept.set(name, new RegExp(`<${element}>([^<]*)<`).exec(text)?.[1] ?? '')

const arnOf = (rest: string): string => `arn:aws:iam::${accountId}:${rest}`
const allow = (...Action: string[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: arnOf('root') }, Action: 'sts:AssumeRole' }],
})
const PolicyArn = arnOf('policy/p')
const OpenIDConnectProviderArn = arnOf('oidc-provider/login.example/tenant')
const Tags = [{ Key: 'team', Value: 'keys' }]
const untried = 'every answer of it is a refusal, for there is nothing of the kind: src/protocols/awsiam/rules.test.ts'

export const iamWire: SignedWire = {
  protocol: iamProtocol(domain),
  service: 'iam',
  host: `iam.${domain}`,
  version: '2010-05-08',
  good: [
    { operation: 'GetAccountSummary', body: () => form({}) },
    { operation: 'CreateAccountAlias', body: () => form({ AccountAlias: 'house' }) },
    { operation: 'ListAccountAliases', body: () => form({}) },
    { operation: 'DeleteAccountAlias', body: () => form({ AccountAlias: 'house' }) },
    { operation: 'CreatePolicy', body: () => form({ PolicyName: 'p', PolicyDocument: allow('kms:Encrypt'), Description: 'd', Tags }) },
    { operation: 'GetPolicy', body: () => form({ PolicyArn }) },
    { operation: 'CreatePolicyVersion', body: () => form({ PolicyArn, PolicyDocument: allow('kms:Decrypt'), SetAsDefault: true }) },
    { operation: 'GetPolicyVersion', body: () => form({ PolicyArn, VersionId: 'v1' }) },
    { operation: 'ListPolicyVersions', body: () => form({ PolicyArn }) },
    { operation: 'SetDefaultPolicyVersion', body: () => form({ PolicyArn, VersionId: 'v1' }) },
    { operation: 'DeletePolicyVersion', body: () => form({ PolicyArn, VersionId: 'v2' }) },
    { operation: 'TagPolicy', body: () => form({ PolicyArn, Tags: [{ Key: 'more', Value: '' }] }) },
    { operation: 'UntagPolicy', body: () => form({ PolicyArn, TagKeys: ['team'] }) },
    { operation: 'ListPolicyTags', body: () => form({ PolicyArn }) },
    { operation: 'ListPolicies', body: () => form({ Scope: 'Local' }) },
    { operation: 'CreateUser', body: () => form({ UserName: 'alice', Path: '/team/', Tags, PermissionsBoundary: PolicyArn }) },
    { operation: 'GetUser', body: () => form({ UserName: 'alice' }) },
    { operation: 'ListUsers', body: () => form({ PathPrefix: '/team/' }) },
    { operation: 'TagUser', body: () => form({ UserName: 'alice', Tags: [{ Key: 'TEAM', Value: 'x' }] }) },
    { operation: 'ListUserTags', body: () => form({ UserName: 'alice' }) },
    { operation: 'UntagUser', body: () => form({ UserName: 'alice', TagKeys: ['team'] }) },
    { operation: 'PutUserPolicy', body: () => form({ UserName: 'alice', PolicyName: 'inline', PolicyDocument: allow('kms:Sign') }) },
    { operation: 'GetUserPolicy', body: () => form({ UserName: 'alice', PolicyName: 'inline' }) },
    { operation: 'ListUserPolicies', body: () => form({ UserName: 'alice' }) },
    { operation: 'DeleteUserPolicy', body: () => form({ UserName: 'alice', PolicyName: 'inline' }) },
    { operation: 'AttachUserPolicy', body: () => form({ UserName: 'alice', PolicyArn }) },
    { operation: 'ListAttachedUserPolicies', body: () => form({ UserName: 'alice' }) },
    { operation: 'ListEntitiesForPolicy', body: () => form({ PolicyArn }) },
    { operation: 'DetachUserPolicy', body: () => form({ UserName: 'alice', PolicyArn }) },
    { operation: 'DeleteUserPermissionsBoundary', body: () => form({ UserName: 'alice' }) },
    { operation: 'PutUserPermissionsBoundary', body: () => form({ UserName: 'alice', PermissionsBoundary: PolicyArn }) },
    { operation: 'CreateAccessKey', body: () => form({ UserName: 'alice' }), keep: keepAs('key', 'AccessKeyId') },
    { operation: 'UpdateAccessKey', body: kept => form({ UserName: 'alice', AccessKeyId: kept.get('key'), Status: 'Inactive' }) },
    { operation: 'ListAccessKeys', body: () => form({ UserName: 'alice' }) },
    { operation: 'GetAccessKeyLastUsed', body: kept => form({ AccessKeyId: kept.get('key') }) },
    { operation: 'DeleteAccessKey', body: kept => form({ UserName: 'alice', AccessKeyId: kept.get('key') }) },
    { operation: 'ListMFADevices', body: () => form({ UserName: 'alice' }) },
    { operation: 'ListSSHPublicKeys', body: () => form({ UserName: 'alice' }) },
    { operation: 'ListSigningCertificates', body: () => form({ UserName: 'alice' }) },
    { operation: 'ListServiceSpecificCredentials', body: () => form({ UserName: 'alice' }) },
    { operation: 'ListVirtualMFADevices', body: () => form({}) },
    { operation: 'SimulatePrincipalPolicy', body: () => form({ PolicySourceArn: arnOf('user/team/alice'), ActionNames: ['kms:Sign'] }) },
    { operation: 'SimulateCustomPolicy', body: () => form({ PolicyInputList: [allow('kms:Sign')], ActionNames: ['kms:Sign'] }) },
    { operation: 'GetContextKeysForPrincipalPolicy', body: () => form({ PolicySourceArn: arnOf('user/team/alice') }) },
    { operation: 'GetContextKeysForCustomPolicy', body: () => form({ PolicyInputList: [allow('kms:Sign')] }) },
    { operation: 'GetAccountAuthorizationDetails', body: () => form({ Filter: ['User', 'LocalManagedPolicy'] }) },
    { operation: 'CreateGroup', body: () => form({ GroupName: 'g' }) },
    { operation: 'AddUserToGroup', body: () => form({ GroupName: 'g', UserName: 'alice' }) },
    { operation: 'GetGroup', body: () => form({ GroupName: 'g' }) },
    { operation: 'ListGroups', body: () => form({}) },
    { operation: 'ListGroupsForUser', body: () => form({ UserName: 'alice' }) },
    { operation: 'UpdateUser', body: () => form({ UserName: 'alice', NewUserName: 'bob', NewPath: '/' }) },
    { operation: 'UpdateGroup', body: () => form({ GroupName: 'g', NewGroupName: 'h' }) },
    { operation: 'PutGroupPolicy', body: () => form({ GroupName: 'h', PolicyName: 'i', PolicyDocument: allow('kms:Sign') }) },
    { operation: 'GetGroupPolicy', body: () => form({ GroupName: 'h', PolicyName: 'i' }) },
    { operation: 'ListGroupPolicies', body: () => form({ GroupName: 'h' }) },
    { operation: 'DeleteGroupPolicy', body: () => form({ GroupName: 'h', PolicyName: 'i' }) },
    { operation: 'AttachGroupPolicy', body: () => form({ GroupName: 'h', PolicyArn }) },
    { operation: 'ListAttachedGroupPolicies', body: () => form({ GroupName: 'h' }) },
    { operation: 'DetachGroupPolicy', body: () => form({ GroupName: 'h', PolicyArn }) },
    { operation: 'RemoveUserFromGroup', body: () => form({ GroupName: 'h', UserName: 'bob' }) },
    { operation: 'DeleteGroup', body: () => form({ GroupName: 'h' }) },
    { operation: 'DeleteUser', body: () => form({ UserName: 'bob' }) },
    {
      operation: 'CreateRole',
      body: () => form({ RoleName: 'r', AssumeRolePolicyDocument: trust, Description: 'd', MaxSessionDuration: 7_200, Tags }),
    },
    { operation: 'GetRole', body: () => form({ RoleName: 'r' }) },
    { operation: 'ListRoles', body: () => form({}) },
    { operation: 'UpdateRole', body: () => form({ RoleName: 'r', MaxSessionDuration: 3_600 }) },
    { operation: 'UpdateRoleDescription', body: () => form({ RoleName: 'r', Description: 'e' }) },
    { operation: 'UpdateAssumeRolePolicy', body: () => form({ RoleName: 'r', PolicyDocument: trust }) },
    { operation: 'TagRole', body: () => form({ RoleName: 'r', Tags: [{ Key: 'more', Value: 'x' }] }) },
    { operation: 'UntagRole', body: () => form({ RoleName: 'r', TagKeys: ['team'] }) },
    { operation: 'ListRoleTags', body: () => form({ RoleName: 'r' }) },
    { operation: 'PutRolePolicy', body: () => form({ RoleName: 'r', PolicyName: 'i', PolicyDocument: allow('kms:Sign') }) },
    { operation: 'GetRolePolicy', body: () => form({ RoleName: 'r', PolicyName: 'i' }) },
    { operation: 'ListRolePolicies', body: () => form({ RoleName: 'r' }) },
    { operation: 'DeleteRolePolicy', body: () => form({ RoleName: 'r', PolicyName: 'i' }) },
    { operation: 'AttachRolePolicy', body: () => form({ RoleName: 'r', PolicyArn }) },
    { operation: 'ListAttachedRolePolicies', body: () => form({ RoleName: 'r' }) },
    { operation: 'DetachRolePolicy', body: () => form({ RoleName: 'r', PolicyArn }) },
    { operation: 'PutRolePermissionsBoundary', body: () => form({ RoleName: 'r', PermissionsBoundary: PolicyArn }) },
    { operation: 'DeleteRolePermissionsBoundary', body: () => form({ RoleName: 'r' }) },
    { operation: 'CreateInstanceProfile', body: () => form({ InstanceProfileName: 'i', Tags }) },
    { operation: 'AddRoleToInstanceProfile', body: () => form({ InstanceProfileName: 'i', RoleName: 'r' }) },
    { operation: 'GetInstanceProfile', body: () => form({ InstanceProfileName: 'i' }) },
    { operation: 'ListInstanceProfiles', body: () => form({}) },
    { operation: 'ListInstanceProfilesForRole', body: () => form({ RoleName: 'r' }) },
    { operation: 'TagInstanceProfile', body: () => form({ InstanceProfileName: 'i', Tags: [{ Key: 'a', Value: 'b' }] }) },
    { operation: 'UntagInstanceProfile', body: () => form({ InstanceProfileName: 'i', TagKeys: ['team'] }) },
    { operation: 'ListInstanceProfileTags', body: () => form({ InstanceProfileName: 'i' }) },
    { operation: 'RemoveRoleFromInstanceProfile', body: () => form({ InstanceProfileName: 'i', RoleName: 'r' }) },
    { operation: 'DeleteInstanceProfile', body: () => form({ InstanceProfileName: 'i' }) },
    { operation: 'DeleteRole', body: () => form({ RoleName: 'r' }) },
    { operation: 'DeletePolicy', body: () => form({ PolicyArn }) },
    { operation: 'CreateServiceLinkedRole', body: () => form({ AWSServiceName: 'mrk.kms.amazonaws.com' }) },
    {
      operation: 'DeleteServiceLinkedRole',
      body: () => form({ RoleName: 'AWSServiceRoleForKeyManagementServiceMultiRegionKeys' }),
      keep: keepAs('task', 'DeletionTaskId'),
    },
    { operation: 'GetServiceLinkedRoleDeletionStatus', body: kept => form({ DeletionTaskId: kept.get('task') }) },
    { operation: 'CreateOpenIDConnectProvider', body: () => form({ Url: 'https://login.example/tenant', ClientIDList: ['sts'], Tags }) },
    { operation: 'AddClientIDToOpenIDConnectProvider', body: () => form({ OpenIDConnectProviderArn, ClientID: 'two' }) },
    { operation: 'RemoveClientIDFromOpenIDConnectProvider', body: () => form({ OpenIDConnectProviderArn, ClientID: 'sts' }) },
    {
      operation: 'UpdateOpenIDConnectProviderThumbprint',
      body: () => form({ OpenIDConnectProviderArn, ThumbprintList: ['a'.repeat(40)] }),
    },
    { operation: 'TagOpenIDConnectProvider', body: () => form({ OpenIDConnectProviderArn, Tags: [{ Key: 'a', Value: 'b' }] }) },
    { operation: 'UntagOpenIDConnectProvider', body: () => form({ OpenIDConnectProviderArn, TagKeys: ['team'] }) },
    { operation: 'ListOpenIDConnectProviderTags', body: () => form({ OpenIDConnectProviderArn }) },
    { operation: 'GetOpenIDConnectProvider', body: () => form({ OpenIDConnectProviderArn }) },
    { operation: 'ListOpenIDConnectProviders', body: () => form({}) },
    { operation: 'DeleteOpenIDConnectProvider', body: () => form({ OpenIDConnectProviderArn }) },
    { operation: 'GetLoginProfile', body: () => ({}), untried },
    { operation: 'DeleteLoginProfile', body: () => ({}), untried },
    { operation: 'GetAccountPasswordPolicy', body: () => ({}), untried },
  ],
}
