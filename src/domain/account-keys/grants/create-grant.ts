import { isDeepStrictEqual } from 'node:util'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import { callersAccount, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { accountArn } from '#domain/account-keys/key-arn.ts'
import { assertKeyState } from '#domain/account-keys/key-states.ts'
import { assertPermitsKey } from '#domain/account-keys/permit-account-key.ts'
import type { KeyGrant } from '#domain/account-keys/records.ts'
import { everyTagged } from './every-tagged.ts'
import { principalOfGrant, serviceOfGrant, type NamedInGrant } from './grant-principal.ts'
import { assertGrantFits, assertGrantSound, soundConstraints, type GrantRequest } from './grant-request.ts'
import { sealGrantToken } from './grant-token.ts'
import { countGrant } from './tally.ts'

type CreatingNeeds = Needs<
  'keyGrants' | 'grantTallies' | 'keyStores' | 'accounts' | 'accountUsers' | 'accountRoles' | 'instance' | 'ground'
>

/**
 * Gives a grant on a key. One with a name that is there already, with all else alike, is not given again. It is in force with the answer.
 * Raises `ValidationFailed`, `AccountKeyDisabled`, `AccountKeyStateInvalid`, `ArnInvalid`, `LimitExceeded`, `DryRunPassed`.
 */
export async function createGrant(
  context: CreatingNeeds,
  call: Call,
  request: GrantRequest & {
    readonly permit: Permit<'keyGrant.create'>
    readonly key: HeldAccountKey
    readonly dryRun?: boolean | undefined
  },
): Promise<{ readonly grantId: string; readonly token: string }> {
  const { permit, key, dryRun = false } = request
  assertPermitsKey(permit, key)
  assertGrantSound(request)
  await assertKeyState(context, call, { key, operation: 'createGrant' })
  assertGrantFits(request, key.value)
  const drafted = await draft(context, call, request)
  if (dryRun) throw new Problem({ code: 'DryRunPassed' })
  const { accountId, region, id: keyId } = key.value
  const grantId = (await givenBefore(context, call, { key, drafted })) ?? (await give(context, call, { key, drafted }))
  return { grantId, token: sealGrantToken(context, { accountId, region, keyId, grantId }) }
}

/** All of a grant but what makes it another one each time. */
type Drafted = Omit<KeyGrant, 'id' | 'createdAt'>

async function draft(context: CreatingNeeds, call: Call, request: GrantRequest & { readonly key: HeldAccountKey }): Promise<Drafted> {
  const { key, operations, name = '' } = request
  const grantee = await granteeOf(context, call, request)
  const retiring = await retiringOf(context, call, request)
  const constraints = keptConstraints(request)
  return {
    keyId: key.value.id,
    name,
    grantee: grantee.name,
    ...(grantee.id !== undefined && { granteeId: grantee.id }),
    ...(request.granteeService !== undefined && { granteeIsService: true }),
    ...(retiring !== undefined && keptRetiring(retiring, request)),
    issuingAccount: accountArn(callersAccount(call)),
    operations: [...new Set(operations)],
    ...(constraints !== undefined && { constraints }),
  }
}

const keptRetiring = ({ name, id }: NamedInGrant, { retiringService }: GrantRequest): Partial<Drafted> => ({
  retiring: name,
  ...(id !== undefined && { retiringId: id }),
  ...(retiringService !== undefined && { retiringIsService: true }),
})

function keptConstraints(request: GrantRequest): Drafted['constraints'] {
  const constraints = soundConstraints(request.constraints)
  if (constraints === undefined) return undefined
  const { equals, subset, sourceArn } = constraints
  return {
    ...(equals !== undefined && { equals: { ...equals } }),
    ...(subset !== undefined && { subset: { ...subset } }),
    ...(sourceArn !== undefined && { sourceArn }),
  }
}

async function granteeOf(context: CreatingNeeds, call: Call, { grantee, granteeService = '' }: GrantRequest): Promise<NamedInGrant> {
  return grantee === undefined ? serviceOfGrant(granteeService) : principalOfGrant(context, call, grantee)
}

async function retiringOf(context: CreatingNeeds, call: Call, request: GrantRequest): Promise<NamedInGrant | undefined> {
  const { retiring, retiringService } = request
  if (retiring !== undefined) return principalOfGrant(context, call, retiring)
  return retiringService === undefined ? undefined : serviceOfGrant(retiringService)
}

async function givenBefore(
  { keyGrants }: CreatingNeeds,
  call: Call,
  { key, drafted }: { readonly key: HeldAccountKey; readonly drafted: Drafted },
): Promise<string | undefined> {
  if (drafted.name === '') return undefined
  const named = await everyTagged(keyGrants, call, { compartment: key.compartment, tag: ['named', drafted.keyId, drafted.name] })
  return named.find(({ value }) => sameGrant(value, drafted))?.value.id
}

function sameGrant(given: KeyGrant, drafted: Drafted): boolean {
  const { id: _id, createdAt: _createdAt, operations, ...rest } = given
  const { operations: asked, ...others } = drafted
  return isDeepStrictEqual(new Set(operations), new Set(asked)) && isDeepStrictEqual(rest, others)
}

async function give(
  context: CreatingNeeds,
  call: Call,
  { key, drafted }: { readonly key: HeldAccountKey; readonly drafted: Drafted },
): Promise<string> {
  const id = await call.once(`grant on ${key.id}`, async () => Promise.resolve(context.ground.random.bytes(32).toHex()))
  await countGrant(context, call, { key, by: 1 })
  context.keyGrants.create(call, key.compartment, { path: [key.value.id, id], value: { ...drafted, id, createdAt: call.at } })
  return id
}
