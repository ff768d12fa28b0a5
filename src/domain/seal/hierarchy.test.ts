import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { keyGround } from '#domain/keys/testing.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { operator } from '#model/principal.ts'
import { hierarchyOf } from './hierarchy.ts'
import { rotateCompartment } from './rotate-compartment.ts'

describe('the hierarchy', () => {
  test('names every compartment with the generations of its key, and shows one that is rotated with both', async () => {
    const ground = await keyGround()
    const { context } = ground
    const vault = await ground.addVault('v')
    const shown = async () =>
      ground.run(operator, async call =>
        Promise.resolve(hierarchyOf(context, context.access.permit(call, 'instance.read', { on: rootScope }))),
      )
    const before = await shown()
    assert.deepEqual(
      before.find(({ name }) => name === 'v'),
      { kind: 'vault', name: 'v', compartment: vault.compartment, terms: [1] },
    )
    assert.deepEqual(before[0], { kind: 'installation', name: 'installation', compartment: context.instance.installation, terms: [1] })
    assert.equal(new Set(before.map(({ compartment }) => compartment)).size, before.length, 'each once')

    const { compartment } = vault
    await ground.run(operator, async call =>
      rotateCompartment(context, call, { permit: context.access.permit(call, 'instance.operate', { on: rootScope }), compartment }),
    )
    assert.deepEqual((await shown()).find(({ name }) => name === 'v')?.terms, [1, 2])
  })
})
