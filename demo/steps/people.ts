import { z } from 'zod'
import { expect, type Seen } from '#demo/told.ts'
import {
  addApplication,
  azureOf,
  called,
  groupId,
  refusalOf,
  vaultId,
  vaultResource,
  vaultUrl,
  type Application,
  type Azure,
} from '#tests/clients/azure.ts'
import type { Instance } from '#tests/clients/instance.ts'
import type { House } from './key-and-set.ts'
import type { Held } from './role.ts'
import type { Rotated, Told } from './rotation.ts'
import { tamper } from './tampering.ts'

const rowShape = z.looseObject({
  operation: z.string(),
  resourceId: z.string(),
  actor: z.looseObject({ kind: z.string(), oid: z.string().optional() }),
  decision: z.looseObject({ allow: z.boolean() }),
  result: z.looseObject({ http: z.number(), code: z.string().optional() }),
})
type Row = z.output<typeof rowShape>

export const auditRows = async (instance: Instance): Promise<readonly Row[]> =>
  z.object({ rows: z.array(rowShape) }).parse(await instance.ask('audit', 'query')).rows

/** Who has no role, whose token is none, who may only look: refused, and in the audit. What somebody changes in the database is found. */
export async function watchPeople(
  instance: Instance,
  { people, house }: Told,
  seen: { held: Held; rotated: Rotated },
): Promise<Seen<undefined>> {
  const developer = await addApplication(instance, called('developer'))
  const auditor = await addApplication(instance, called('auditor'))
  await refuseDeveloper(instance, house, developer)
  await refuseWrongToken(instance, house)
  await onlyLooks(instance, { administrator: people.administrator, house, auditor })
  const rows = await auditRows(instance)
  expectInAudit(rows, { house, seen, developer, auditor, builderId: people.builderId })
  const verdict = await instance.run('audit', 'verify')
  expect(verdict.code === 0, `an untouched log is called tampered: ${verdict.stdout}${verdict.stderr}`)
  const found = await tamper(instance)
  return {
    made: undefined,
    told: `without a role 403, with a wrong token 401, the auditor reads and changes nothing; ${rows.length} audit rows show it; edited, removed, reordered and rolled-back rows are named: ${found.map(one => one.firstBad).join(', ')}`,
    figures: { developer: 403, wrongToken: 401, auditRows: rows.length, tamperingsFound: found.length },
  }
}

async function refuseDeveloper({ environment }: Instance, house: House, developer: Application): Promise<void> {
  const keys = azureOf(environment, developer).keys(house.vault)
  const refused = await refusalOf('reading a key without a role', keys.getKey(house.keyName))
  expect(refused.statusCode === 403 && refused.code === 'Forbidden', `without a role: ${refused.statusCode} ${refused.code}`)
}

async function refuseWrongToken({ environment }: Instance, house: House): Promise<void> {
  const token = await azureOf(environment, environment.administrator).token(vaultResource(environment))
  const [head = '', body = '', signature = ''] = token.split('.')
  const forged = Buffer.from(signature, 'base64url')
  forged.writeUInt8(forged.readUInt8(0) ^ 1)
  const answer = await fetch(`${vaultUrl(environment, house.vault)}/keys/${house.keyName}?api-version=7.4`, {
    headers: { authorization: `Bearer ${head}.${body}.${forged.toString('base64url')}` },
  })
  expect(answer.status === 401, `a forged token: ${answer.status}`)
  expect(answer.headers.get('www-authenticate')?.includes(environment.tenantId) === true, 'the challenge does not name the tenant')
}

async function onlyLooks(
  { environment }: Instance,
  { administrator, house, auditor }: { readonly administrator: Azure; readonly house: House; readonly auditor: Application },
): Promise<void> {
  await administrator.assign('Reader', auditor.objectId, groupId(environment, house.group))
  await administrator.assign('Key Vault Reader', auditor.objectId, vaultId(environment, house.group, house.vault))
  const azure = azureOf(environment, auditor)
  const listed = await Array.fromAsync(azure.keys(house.vault).listPropertiesOfKeys(), key => key.name)
  expect(listed.includes(house.keyName), 'the auditor does not see the key')
  const vault = await azure.vaults.vaults.get(house.group, house.vault)
  expect(vault.name === house.vault, 'the auditor does not see the vault')
  const attempts = [
    azure.keys(house.vault).createRsaKey(called('no')),
    azure.keys(house.vault).updateKeyProperties(house.keyName, { enabled: false }),
    azure.vaults.vaults.delete(house.group, house.vault),
    azure.assign('Owner', auditor.objectId, groupId(environment, house.group)),
  ]
  for (const attempt of await Promise.all(attempts.map(async one => refusalOf('a change by the auditor', one))))
    expect(attempt.statusCode === 403, `a change by the auditor: ${attempt.statusCode} ${attempt.code}`)
}

interface Looked {
  readonly house: House
  readonly seen: { readonly held: Held; readonly rotated: Rotated }
  readonly developer: Application
  readonly auditor: Application
  readonly builderId: string
}

function expectInAudit(rows: readonly Row[], { house, seen, developer, auditor, builderId }: Looked): void {
  const some = (what: string, holds: (row: Row) => boolean): void => expect(rows.some(holds), `the audit does not show ${what}`)
  const of = (row: Row, oid: string, http: number): boolean => row.actor.oid === oid && row.result.http === http
  const names = (row: Row, name: string): boolean => row.resourceId.toLowerCase().includes(name.toLowerCase())
  some("the developer's refusal", row => of(row, developer.objectId, 403) && !row.decision.allow && names(row, house.keyName))
  some('the wrong token', row => row.result.http === 401 && names(row, house.keyName))
  some("the auditor's reading", row => of(row, auditor.objectId, 200) && row.decision.allow && names(row, house.vault))
  some("the auditor's attempts", row => of(row, auditor.objectId, 403) && !row.decision.allow)
  some('the refused disk', row => row.actor.oid === builderId && row.result.code === 'KeyVaultAccessForbidden')
  some('the disk', row => row.actor.oid === builderId && row.result.http < 300 && names(row, seen.held.disk.name))
  some('the rotation', row => row.operation === 'KeyRotate' && of(row, builderId, 200) && names(row, house.keyName))
  some('the key switched off', row => row.operation === 'KeyUpdate' && of(row, builderId, 200) && names(row, house.keyName))
  some("the set's use of the key", row => row.actor.oid === house.set.principalId && names(row, house.keyName))
}
