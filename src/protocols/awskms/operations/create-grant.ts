import { createGrant } from '#domain/account-keys/grants/create-grant.ts'
import { assertGrantSound, grantCallFacts, grantFacts, grantOf, type GrantRequest } from '#domain/account-keys/grants/grant-request.ts'
import { factsOf } from '#domain/account-keys/key-facts.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { structure } from '#protocols/aws/schemas.ts'
import { askedKey } from '#protocols/awskms/asked-key.ts'
import { dryRun } from '#protocols/awskms/crypto-members.ts'
import { constraints, constraintsOf, grantName, operations, principal, servicePrincipal } from '#protocols/awskms/grant-members.ts'
import { grantTokens, keyId } from '#protocols/awskms/members.ts'

export const createGrantOperation = awsOperation({
  name: 'CreateGrant',
  permissions: ['keyGrant.create'],
  body: {
    amzJson: structure({
      KeyId: keyId,
      GranteePrincipal: principal,
      GranteeServicePrincipal: servicePrincipal,
      RetiringPrincipal: principal,
      RetiringServicePrincipal: servicePrincipal,
      Operations: operations,
      Constraints: constraints,
      GrantTokens: grantTokens,
      Name: grantName,
      DryRun: dryRun,
    }),
  },
  trail: {
    parameters: [
      'keyId',
      'granteePrincipal',
      'granteeServicePrincipal',
      'retiringPrincipal',
      'retiringServicePrincipal',
      'operations',
      'constraints',
      'name',
      'dryRun',
    ],
    answer: ['grantId'],
    readOnly: false,
  },
  async handle(context, call, { site, permit, body }) {
    const request: GrantRequest = {
      operations: body.Operations,
      grantee: body.GranteePrincipal,
      granteeService: body.GranteeServicePrincipal,
      retiring: body.RetiringPrincipal,
      retiringService: body.RetiringServicePrincipal,
      constraints: constraintsOf(body.Constraints),
      name: body.Name,
    }
    assertGrantSound(request)
    const facts = factsOf(grantFacts(request), grantCallFacts(call))
    const asked = await askedKey(context, call, {
      site,
      permit,
      permission: 'keyGrant.create',
      id: body.KeyId,
      facts,
      child: grantOf(request),
    })
    const { grantId, token } = await createGrant(context, call, { ...asked, ...request, dryRun: body.DryRun })
    return amzJson({ GrantToken: token, GrantId: grantId })
  },
})
