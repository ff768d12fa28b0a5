import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rootScope } from '#domain/resources/scopes.ts'
import { testGround } from '#domain/testing.ts'
import { operator, type Principal } from '#model/principal.ts'
import { changedNow, newEnvelope } from './envelope.ts'

const client = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const person: Principal = { id: 'oid-alice', kind: 'user', userPrincipalName: 'alice@keystead.test', appId: client }
const application: Principal = { id: 'oid-app', kind: 'application', appId: 'client-id' }
const machine: Principal = { id: 'oid-machine', kind: 'managedIdentity', appId: 'machine-id' }

test('what is made and changed says by whom: a person by name, not by the client that was used, and what kind of actor', async () => {
  const ground = await testGround()
  const made = { id: '/x', name: 'x', scope: rootScope, location: 'local', tags: {} }
  for (const [who, name, kind] of [
    [person, 'alice@keystead.test', 'User'],
    [application, 'client-id', 'Application'],
    [machine, 'machine-id', 'ManagedIdentity'],
    [operator, 'operator', 'Application'],
  ] as const)
    await ground.run(who, async call => {
      const { createdBy, createdByKind, changedBy, changedByKind } = newEnvelope(call, made)
      assert.deepEqual([createdBy, createdByKind, changedBy, changedByKind], [name, kind, name, kind])
      assert.equal(changedNow(call).changedByKind, kind)
    })
})
