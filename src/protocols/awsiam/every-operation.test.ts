// Every operation, asked by the service's own client as a good request, and what its answer holds.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { IAM } from '@aws-sdk/client-iam'
import { iamProtocol } from './index.ts'
import { accountId, iamGround } from './testing.ts'

interface Step {
  readonly operation: string
  readonly send: (iam: IAM) => Promise<object>
  /** Members that the answer has; `{}` where the operation has no output. */
  readonly shows: object
}

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
const kept = { key: '', task: '' }

const steps: readonly Step[] = [
  {
    operation: 'GetAccountSummary',
    send: iam => iam.getAccountSummary(),
    shows: { SummaryMap: { Users: 0, UsersQuota: 5000, AccountAccessKeysPresent: 1 } },
  },
  { operation: 'CreateAccountAlias', send: iam => iam.createAccountAlias({ AccountAlias: 'house' }), shows: {} },
  { operation: 'ListAccountAliases', send: iam => iam.listAccountAliases(), shows: { AccountAliases: ['house'], IsTruncated: false } },
  { operation: 'DeleteAccountAlias', send: iam => iam.deleteAccountAlias({ AccountAlias: 'house' }), shows: {} },
  {
    operation: 'CreatePolicy',
    send: iam => iam.createPolicy({ PolicyName: 'p', PolicyDocument: allow('kms:Encrypt'), Description: 'd', Tags }),
    shows: { Policy: { PolicyName: 'p', Arn: PolicyArn, DefaultVersionId: 'v1', AttachmentCount: 0, IsAttachable: true, Path: '/', Tags } },
  },
  { operation: 'GetPolicy', send: iam => iam.getPolicy({ PolicyArn }), shows: { Policy: { PolicyName: 'p', Description: 'd', Tags } } },
  {
    operation: 'CreatePolicyVersion',
    send: iam => iam.createPolicyVersion({ PolicyArn, PolicyDocument: allow('kms:Decrypt'), SetAsDefault: true }),
    shows: { PolicyVersion: { VersionId: 'v2', IsDefaultVersion: true } },
  },
  {
    operation: 'GetPolicyVersion',
    send: iam => iam.getPolicyVersion({ PolicyArn, VersionId: 'v1' }),
    shows: {
      PolicyVersion: {
        VersionId: 'v1',
        IsDefaultVersion: false,
        Document: encodeURIComponent(allow('kms:Encrypt')).replaceAll('*', '%2A'),
      },
    },
  },
  {
    operation: 'ListPolicyVersions',
    send: iam => iam.listPolicyVersions({ PolicyArn }),
    shows: {
      Versions: [
        { VersionId: 'v2', IsDefaultVersion: true },
        { VersionId: 'v1', IsDefaultVersion: false },
      ],
      IsTruncated: false,
    },
  },
  { operation: 'SetDefaultPolicyVersion', send: iam => iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v1' }), shows: {} },
  { operation: 'DeletePolicyVersion', send: iam => iam.deletePolicyVersion({ PolicyArn, VersionId: 'v2' }), shows: {} },
  { operation: 'TagPolicy', send: iam => iam.tagPolicy({ PolicyArn, Tags: [{ Key: 'more', Value: '' }] }), shows: {} },
  { operation: 'UntagPolicy', send: iam => iam.untagPolicy({ PolicyArn, TagKeys: ['team'] }), shows: {} },
  {
    operation: 'ListPolicyTags',
    send: iam => iam.listPolicyTags({ PolicyArn }),
    shows: { Tags: [{ Key: 'more', Value: '' }], IsTruncated: false },
  },
  {
    operation: 'ListPolicies',
    send: iam => iam.listPolicies({ Scope: 'Local' }),
    shows: { Policies: [{ PolicyName: 'p' }], IsTruncated: false },
  },
  // users
  {
    operation: 'CreateUser',
    send: iam => iam.createUser({ UserName: 'alice', Path: '/team/', Tags, PermissionsBoundary: PolicyArn }),
    shows: {
      User: {
        UserName: 'alice',
        Path: '/team/',
        Arn: arnOf('user/team/alice'),
        Tags,
        PermissionsBoundary: { PermissionsBoundaryArn: PolicyArn },
      },
    },
  },
  { operation: 'GetUser', send: iam => iam.getUser({ UserName: 'alice' }), shows: { User: { UserName: 'alice', Tags } } },
  {
    operation: 'ListUsers',
    send: iam => iam.listUsers({ PathPrefix: '/team/' }),
    shows: { Users: [{ UserName: 'alice' }], IsTruncated: false },
  },
  { operation: 'TagUser', send: iam => iam.tagUser({ UserName: 'alice', Tags: [{ Key: 'TEAM', Value: 'x' }] }), shows: {} },
  { operation: 'ListUserTags', send: iam => iam.listUserTags({ UserName: 'alice' }), shows: { Tags: [{ Key: 'TEAM', Value: 'x' }] } },
  { operation: 'UntagUser', send: iam => iam.untagUser({ UserName: 'alice', TagKeys: ['team'] }), shows: {} },
  {
    operation: 'PutUserPolicy',
    send: iam => iam.putUserPolicy({ UserName: 'alice', PolicyName: 'inline', PolicyDocument: allow('kms:Sign') }),
    shows: {},
  },
  {
    operation: 'GetUserPolicy',
    send: iam => iam.getUserPolicy({ UserName: 'alice', PolicyName: 'inline' }),
    shows: { UserName: 'alice', PolicyName: 'inline', PolicyDocument: encodeURIComponent(allow('kms:Sign')).replaceAll('*', '%2A') },
  },
  {
    operation: 'ListUserPolicies',
    send: iam => iam.listUserPolicies({ UserName: 'alice' }),
    shows: { PolicyNames: ['inline'], IsTruncated: false },
  },
  { operation: 'DeleteUserPolicy', send: iam => iam.deleteUserPolicy({ UserName: 'alice', PolicyName: 'inline' }), shows: {} },
  { operation: 'AttachUserPolicy', send: iam => iam.attachUserPolicy({ UserName: 'alice', PolicyArn }), shows: {} },
  {
    operation: 'ListAttachedUserPolicies',
    send: iam => iam.listAttachedUserPolicies({ UserName: 'alice' }),
    shows: { AttachedPolicies: [{ PolicyName: 'p', PolicyArn }], IsTruncated: false },
  },
  {
    operation: 'ListEntitiesForPolicy',
    send: iam => iam.listEntitiesForPolicy({ PolicyArn }),
    shows: { PolicyUsers: [{ UserName: 'alice' }], PolicyRoles: [], PolicyGroups: [], IsTruncated: false },
  },
  { operation: 'DetachUserPolicy', send: iam => iam.detachUserPolicy({ UserName: 'alice', PolicyArn }), shows: {} },
  { operation: 'DeleteUserPermissionsBoundary', send: iam => iam.deleteUserPermissionsBoundary({ UserName: 'alice' }), shows: {} },
  {
    operation: 'PutUserPermissionsBoundary',
    send: iam => iam.putUserPermissionsBoundary({ UserName: 'alice', PermissionsBoundary: PolicyArn }),
    shows: {},
  },
  {
    operation: 'CreateAccessKey',
    async send(iam) {
      const made = await iam.createAccessKey({ UserName: 'alice' })
      kept.key = made.AccessKey?.AccessKeyId ?? ''
      return made
    },
    shows: { AccessKey: { UserName: 'alice', Status: 'Active' } },
  },
  {
    operation: 'UpdateAccessKey',
    send: iam => iam.updateAccessKey({ UserName: 'alice', AccessKeyId: kept.key, Status: 'Inactive' }),
    shows: {},
  },
  {
    operation: 'ListAccessKeys',
    send: iam => iam.listAccessKeys({ UserName: 'alice' }),
    shows: { AccessKeyMetadata: [{ UserName: 'alice', Status: 'Inactive' }], IsTruncated: false },
  },
  {
    operation: 'GetAccessKeyLastUsed',
    send: iam => iam.getAccessKeyLastUsed({ AccessKeyId: kept.key }),
    shows: { UserName: 'alice', AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' } },
  },
  { operation: 'DeleteAccessKey', send: iam => iam.deleteAccessKey({ UserName: 'alice', AccessKeyId: kept.key }), shows: {} },
  { operation: 'ListMFADevices', send: iam => iam.listMFADevices({ UserName: 'alice' }), shows: { MFADevices: [] } },
  { operation: 'ListSSHPublicKeys', send: iam => iam.listSSHPublicKeys({ UserName: 'alice' }), shows: { SSHPublicKeys: [] } },
  { operation: 'ListSigningCertificates', send: iam => iam.listSigningCertificates({ UserName: 'alice' }), shows: { Certificates: [] } },
  {
    operation: 'ListServiceSpecificCredentials',
    send: iam => iam.listServiceSpecificCredentials({ UserName: 'alice' }),
    shows: { ServiceSpecificCredentials: [] },
  },
  { operation: 'ListVirtualMFADevices', send: iam => iam.listVirtualMFADevices({}), shows: { VirtualMFADevices: [] } },
  {
    operation: 'SimulatePrincipalPolicy',
    send: iam => iam.simulatePrincipalPolicy({ PolicySourceArn: arnOf('user/team/alice'), ActionNames: ['kms:Sign'] }),
    shows: { EvaluationResults: [{ EvalActionName: 'kms:Sign', EvalResourceName: '*', EvalDecision: 'implicitDeny' }], IsTruncated: false },
  },
  {
    operation: 'SimulateCustomPolicy',
    send: iam => iam.simulateCustomPolicy({ PolicyInputList: [allow('kms:Sign')], ActionNames: ['kms:Sign'] }),
    shows: { EvaluationResults: [{ EvalDecision: 'allowed', MatchedStatements: [{ SourcePolicyId: 'PolicyInputList.1' }] }] },
  },
  {
    operation: 'GetContextKeysForPrincipalPolicy',
    send: iam => iam.getContextKeysForPrincipalPolicy({ PolicySourceArn: arnOf('user/team/alice') }),
    shows: { ContextKeyNames: [] },
  },
  {
    operation: 'GetContextKeysForCustomPolicy',
    send: iam => iam.getContextKeysForCustomPolicy({ PolicyInputList: [allow('kms:Sign')] }),
    shows: { ContextKeyNames: [] },
  },
  {
    operation: 'GetAccountAuthorizationDetails',
    send: iam => iam.getAccountAuthorizationDetails({ Filter: ['User', 'LocalManagedPolicy'] }),
    shows: {
      UserDetailList: [{ UserName: 'alice', PermissionsBoundary: { PermissionsBoundaryArn: PolicyArn }, GroupList: [] }],
      Policies: [{ PolicyName: 'p', PermissionsBoundaryUsageCount: 1, PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true }] }],
      RoleDetailList: [],
      IsTruncated: false,
    },
  },
  // groups
  {
    operation: 'CreateGroup',
    send: iam => iam.createGroup({ GroupName: 'g' }),
    shows: { Group: { GroupName: 'g', Arn: arnOf('group/g') } },
  },
  { operation: 'AddUserToGroup', send: iam => iam.addUserToGroup({ GroupName: 'g', UserName: 'alice' }), shows: {} },
  {
    operation: 'GetGroup',
    send: iam => iam.getGroup({ GroupName: 'g' }),
    shows: { Group: { GroupName: 'g' }, Users: [{ UserName: 'alice' }] },
  },
  { operation: 'ListGroups', send: iam => iam.listGroups(), shows: { Groups: [{ GroupName: 'g' }] } },
  { operation: 'ListGroupsForUser', send: iam => iam.listGroupsForUser({ UserName: 'alice' }), shows: { Groups: [{ GroupName: 'g' }] } },
  { operation: 'UpdateUser', send: iam => iam.updateUser({ UserName: 'alice', NewUserName: 'bob', NewPath: '/' }), shows: {} },
  { operation: 'UpdateGroup', send: iam => iam.updateGroup({ GroupName: 'g', NewGroupName: 'h' }), shows: {} },
  {
    operation: 'PutGroupPolicy',
    send: iam => iam.putGroupPolicy({ GroupName: 'h', PolicyName: 'i', PolicyDocument: allow('kms:Sign') }),
    shows: {},
  },
  {
    operation: 'GetGroupPolicy',
    send: iam => iam.getGroupPolicy({ GroupName: 'h', PolicyName: 'i' }),
    shows: { GroupName: 'h', PolicyName: 'i' },
  },
  { operation: 'ListGroupPolicies', send: iam => iam.listGroupPolicies({ GroupName: 'h' }), shows: { PolicyNames: ['i'] } },
  { operation: 'DeleteGroupPolicy', send: iam => iam.deleteGroupPolicy({ GroupName: 'h', PolicyName: 'i' }), shows: {} },
  { operation: 'AttachGroupPolicy', send: iam => iam.attachGroupPolicy({ GroupName: 'h', PolicyArn }), shows: {} },
  {
    operation: 'ListAttachedGroupPolicies',
    send: iam => iam.listAttachedGroupPolicies({ GroupName: 'h' }),
    shows: { AttachedPolicies: [{ PolicyName: 'p', PolicyArn }] },
  },
  { operation: 'DetachGroupPolicy', send: iam => iam.detachGroupPolicy({ GroupName: 'h', PolicyArn }), shows: {} },
  { operation: 'RemoveUserFromGroup', send: iam => iam.removeUserFromGroup({ GroupName: 'h', UserName: 'bob' }), shows: {} },
  { operation: 'DeleteGroup', send: iam => iam.deleteGroup({ GroupName: 'h' }), shows: {} },
  { operation: 'DeleteUser', send: iam => iam.deleteUser({ UserName: 'bob' }), shows: {} },
  // roles
  {
    operation: 'CreateRole',
    send: iam => iam.createRole({ RoleName: 'r', AssumeRolePolicyDocument: trust, Description: 'd', MaxSessionDuration: 7_200, Tags }),
    shows: { Role: { RoleName: 'r', Arn: arnOf('role/r'), Description: 'd', MaxSessionDuration: 7_200, Tags } },
  },
  {
    operation: 'GetRole',
    send: iam => iam.getRole({ RoleName: 'r' }),
    shows: { Role: { RoleName: 'r', AssumeRolePolicyDocument: encodeURIComponent(trust), RoleLastUsed: {} } },
  },
  { operation: 'ListRoles', send: iam => iam.listRoles({}), shows: { Roles: [{ RoleName: 'r' }], IsTruncated: false } },
  { operation: 'UpdateRole', send: iam => iam.updateRole({ RoleName: 'r', MaxSessionDuration: 3_600 }), shows: {} },
  {
    operation: 'UpdateRoleDescription',
    send: iam => iam.updateRoleDescription({ RoleName: 'r', Description: 'e' }),
    shows: { Role: { Description: 'e', MaxSessionDuration: 3_600 } },
  },
  { operation: 'UpdateAssumeRolePolicy', send: iam => iam.updateAssumeRolePolicy({ RoleName: 'r', PolicyDocument: trust }), shows: {} },
  { operation: 'TagRole', send: iam => iam.tagRole({ RoleName: 'r', Tags: [{ Key: 'more', Value: 'x' }] }), shows: {} },
  { operation: 'UntagRole', send: iam => iam.untagRole({ RoleName: 'r', TagKeys: ['team'] }), shows: {} },
  { operation: 'ListRoleTags', send: iam => iam.listRoleTags({ RoleName: 'r' }), shows: { Tags: [{ Key: 'more', Value: 'x' }] } },
  {
    operation: 'PutRolePolicy',
    send: iam => iam.putRolePolicy({ RoleName: 'r', PolicyName: 'i', PolicyDocument: allow('kms:Sign') }),
    shows: {},
  },
  {
    operation: 'GetRolePolicy',
    send: iam => iam.getRolePolicy({ RoleName: 'r', PolicyName: 'i' }),
    shows: { RoleName: 'r', PolicyName: 'i' },
  },
  { operation: 'ListRolePolicies', send: iam => iam.listRolePolicies({ RoleName: 'r' }), shows: { PolicyNames: ['i'] } },
  { operation: 'DeleteRolePolicy', send: iam => iam.deleteRolePolicy({ RoleName: 'r', PolicyName: 'i' }), shows: {} },
  { operation: 'AttachRolePolicy', send: iam => iam.attachRolePolicy({ RoleName: 'r', PolicyArn }), shows: {} },
  {
    operation: 'ListAttachedRolePolicies',
    send: iam => iam.listAttachedRolePolicies({ RoleName: 'r' }),
    shows: { AttachedPolicies: [{ PolicyArn }] },
  },
  { operation: 'DetachRolePolicy', send: iam => iam.detachRolePolicy({ RoleName: 'r', PolicyArn }), shows: {} },
  {
    operation: 'PutRolePermissionsBoundary',
    send: iam => iam.putRolePermissionsBoundary({ RoleName: 'r', PermissionsBoundary: PolicyArn }),
    shows: {},
  },
  { operation: 'DeleteRolePermissionsBoundary', send: iam => iam.deleteRolePermissionsBoundary({ RoleName: 'r' }), shows: {} },
  // instance profiles
  {
    operation: 'CreateInstanceProfile',
    send: iam => iam.createInstanceProfile({ InstanceProfileName: 'i', Tags }),
    shows: { InstanceProfile: { InstanceProfileName: 'i', Arn: arnOf('instance-profile/i'), Roles: [], Tags } },
  },
  {
    operation: 'AddRoleToInstanceProfile',
    send: iam => iam.addRoleToInstanceProfile({ InstanceProfileName: 'i', RoleName: 'r' }),
    shows: {},
  },
  {
    operation: 'GetInstanceProfile',
    send: iam => iam.getInstanceProfile({ InstanceProfileName: 'i' }),
    shows: { InstanceProfile: { InstanceProfileName: 'i', Roles: [{ RoleName: 'r' }] } },
  },
  {
    operation: 'ListInstanceProfiles',
    send: iam => iam.listInstanceProfiles({}),
    shows: { InstanceProfiles: [{ InstanceProfileName: 'i' }] },
  },
  {
    operation: 'ListInstanceProfilesForRole',
    send: iam => iam.listInstanceProfilesForRole({ RoleName: 'r' }),
    shows: { InstanceProfiles: [{ InstanceProfileName: 'i' }] },
  },
  {
    operation: 'TagInstanceProfile',
    send: iam => iam.tagInstanceProfile({ InstanceProfileName: 'i', Tags: [{ Key: 'a', Value: 'b' }] }),
    shows: {},
  },
  { operation: 'UntagInstanceProfile', send: iam => iam.untagInstanceProfile({ InstanceProfileName: 'i', TagKeys: ['team'] }), shows: {} },
  {
    operation: 'ListInstanceProfileTags',
    send: iam => iam.listInstanceProfileTags({ InstanceProfileName: 'i' }),
    shows: { Tags: [{ Key: 'a', Value: 'b' }] },
  },
  {
    operation: 'RemoveRoleFromInstanceProfile',
    send: iam => iam.removeRoleFromInstanceProfile({ InstanceProfileName: 'i', RoleName: 'r' }),
    shows: {},
  },
  { operation: 'DeleteInstanceProfile', send: iam => iam.deleteInstanceProfile({ InstanceProfileName: 'i' }), shows: {} },
  { operation: 'DeleteRole', send: iam => iam.deleteRole({ RoleName: 'r' }), shows: {} },
  { operation: 'DeletePolicy', send: iam => iam.deletePolicy({ PolicyArn }), shows: {} },
  {
    operation: 'CreateServiceLinkedRole',
    send: iam => iam.createServiceLinkedRole({ AWSServiceName: 'mrk.kms.amazonaws.com' }),
    shows: { Role: { Path: '/aws-service-role/mrk.kms.amazonaws.com/', RoleName: 'AWSServiceRoleForKeyManagementServiceMultiRegionKeys' } },
  },
  {
    operation: 'DeleteServiceLinkedRole',
    async send(iam) {
      const deleted = await iam.deleteServiceLinkedRole({ RoleName: 'AWSServiceRoleForKeyManagementServiceMultiRegionKeys' })
      kept.task = deleted.DeletionTaskId ?? ''
      return deleted
    },
    shows: {},
  },
  {
    operation: 'GetServiceLinkedRoleDeletionStatus',
    send: iam => iam.getServiceLinkedRoleDeletionStatus({ DeletionTaskId: kept.task }),
    shows: { Status: 'SUCCEEDED' },
  },
  // issuers of tokens
  {
    operation: 'CreateOpenIDConnectProvider',
    send: iam => iam.createOpenIDConnectProvider({ Url: 'https://login.example/tenant', ClientIDList: ['sts'], Tags }),
    shows: { OpenIDConnectProviderArn, Tags },
  },
  {
    operation: 'AddClientIDToOpenIDConnectProvider',
    send: iam => iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID: 'two' }),
    shows: {},
  },
  {
    operation: 'RemoveClientIDFromOpenIDConnectProvider',
    send: iam => iam.removeClientIDFromOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID: 'sts' }),
    shows: {},
  },
  {
    operation: 'UpdateOpenIDConnectProviderThumbprint',
    send: iam => iam.updateOpenIDConnectProviderThumbprint({ OpenIDConnectProviderArn, ThumbprintList: ['a'.repeat(40)] }),
    shows: {},
  },
  {
    operation: 'TagOpenIDConnectProvider',
    send: iam => iam.tagOpenIDConnectProvider({ OpenIDConnectProviderArn, Tags: [{ Key: 'a', Value: 'b' }] }),
    shows: {},
  },
  {
    operation: 'UntagOpenIDConnectProvider',
    send: iam => iam.untagOpenIDConnectProvider({ OpenIDConnectProviderArn, TagKeys: ['team'] }),
    shows: {},
  },
  {
    operation: 'ListOpenIDConnectProviderTags',
    send: iam => iam.listOpenIDConnectProviderTags({ OpenIDConnectProviderArn }),
    shows: { Tags: [{ Key: 'a', Value: 'b' }] },
  },
  {
    operation: 'GetOpenIDConnectProvider',
    send: iam => iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn }),
    shows: { Url: 'login.example/tenant', ClientIDList: ['two'], ThumbprintList: ['a'.repeat(40)] },
  },
  {
    operation: 'ListOpenIDConnectProviders',
    send: iam => iam.listOpenIDConnectProviders({}),
    shows: { OpenIDConnectProviderList: [{ Arn: OpenIDConnectProviderArn }] },
  },
  { operation: 'DeleteOpenIDConnectProvider', send: iam => iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn }), shows: {} },
]

/** Operations whose good request is a refusal: there is nothing of the kind, ever. */
const refusals = ['GetLoginProfile', 'DeleteLoginProfile', 'GetAccountPasswordPolicy']

describe('every operation of the service', () => {
  test('stands in the table of good requests', () => {
    const known = new Set([...steps.map(({ operation }) => operation), ...refusals])
    const all = iamProtocol('keystead.test').operations.map(({ name }) => name)
    assert.deepEqual(
      all.filter(name => !known.has(name)),
      [],
    )
    assert.equal(new Set(all).size, all.length)
  })

  test('answers its good request in the shape that the client reads', async () => {
    const { root } = await iamGround()
    for (const { operation, send, shows } of steps) {
      const answer = await send(root).catch((cause: unknown) => assert.fail(`${operation}: ${String(cause)}`))
      assert.partialDeepStrictEqual(answer, shows, operation)
    }
  })
})
