import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { keyGround, officer } from '#domain/keys/testing.ts'
import { createKey } from '#domain/keys/create-key.ts'
import { kindOf } from '#domain/keys/specs.ts'
import { keyScope } from '#domain/keys/reference.ts'
import { getKey } from '#domain/keys/get-key.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import { kinds } from '#domain/records/kinds.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { secretScope } from '#domain/secrets/reference.ts'
import { getSecret } from '#domain/secrets/get-secret.ts'
import { setSecret } from '#domain/secrets/set-secret.ts'
import { Problem } from '#model/problem.ts'
import { operator } from '#model/principal.ts'
import { rotateCompartment, rotateCompartmentRunner, rotationsOf } from './rotate-compartment.ts'

async function vaultWith(keys: number) {
  const ground = await keyGround()
  const { context } = ground
  const vault = await ground.addVault('v')
  const permitFor = (name: string) => ({ on: keyScope(vault, name) })
  for (let at = 0; at < keys; at += 1)
    await ground.run(officer, async call =>
      createKey(context, call, {
        permit: context.access.permit(call, 'key.create', permitFor(`k${at}`)),
        vault,
        name: `k${at}`,
        kind: kindOf({ type: 'EC' }),
      }),
    )
  const { compartment } = vault
  const rotate = async () =>
    ground.run(operator, async call =>
      rotateCompartment(context, call, { permit: context.access.permit(call, 'instance.operate', { on: rootScope }), compartment }),
    )
  const step = async () => {
    const job = context.jobs.peek().find(({ value }) => value.state === 'running')
    if (job === undefined) return false
    await performAsSystem(context, {
      operation: rotateCompartmentRunner.operation,
      resource: 'job',
      async run(call) {
        await rotateCompartmentRunner.step(context, call, job)
        return true
      },
    })
    return true
  }
  const terms = async () => {
    const rows = await Promise.all(Object.values(kinds).map(async kind => context.store.scan(kind, { after: undefined, limit: 10_000 })))
    return new Set(
      rows
        .flat()
        .filter(row => row.id.startsWith(compartment))
        .map(row => row.term),
    )
  }
  return { ground, context, vault, compartment, rotate, step, terms }
}

describe('a new key of a compartment', () => {
  test('seals records and material anew, step by step, and the key before is destroyed', async () => {
    const { ground, context, vault, compartment, rotate, step, terms } = await vaultWith(130)
    const secret = { vault, name: 's' }
    const set = async (value: string) =>
      ground.run(officer, async call =>
        setSecret(context, call, {
          ...secret,
          permit: context.access.permit(call, 'secret.set', { on: secretScope(vault, 's') }),
          value: Buffer.from(value),
        }),
      )
    await set('before')
    await rotate()
    let steps = 0
    while (await step()) {
      steps += 1
      // Somebody writes in between.
      if (steps === 2) await set('during')
    }
    assert.ok(steps > 3, 'in steps')
    assert.deepEqual([...(await terms())], [2])
    assert.deepEqual(
      (await context.store.compartmentKeys(compartment)).map(({ term }) => term),
      [2],
    )
    assert.deepEqual(context.ground.barrier.termsOf(compartment), [2])
    const read = await ground.run(officer, async call => {
      const permit = context.access.permit(call, 'secret.get', { on: secretScope(vault, 's') })
      const { value } = await getSecret(context, call, { permit, reference: { ...secret, version: 'current' } })
      return Buffer.from(value.bytes).toString()
    })
    assert.equal(read, 'during')
    const key = await ground.run(officer, async call =>
      getKey(context, call, {
        permit: context.access.permit(call, 'key.read', { on: keyScope(vault, 'k7') }),
        reference: { vault, name: 'k7', version: 'current' },
      }),
    )
    assert.equal((await context.store.materialOf(context.keys.idOf(compartment, ['k7'])))[0]?.material.term, 2, key.version.id)
    assert.deepEqual(
      rotationsOf(context).map(({ state, term }) => [state, term]),
      [['succeeded', 2]],
    )
  })

  test('is what material is under that was made before it and kept after it; where the rotation has ended, the call is asked again', async () => {
    for (const whole of [false, true]) {
      const { ground, context, vault, compartment, rotate, step } = await vaultWith(1)
      let tries = 0
      const made = ground.run(officer, async call => {
        await createKey(context, call, {
          permit: context.access.permit(call, 'key.create', { on: keyScope(vault, 'meanwhile') }),
          vault,
          name: 'meanwhile',
          kind: kindOf({ type: 'EC' }),
        })
        tries += 1
        if (tries > 1) return
        await rotate()
        for (let left = whole; left; left = await step());
      })
      if (whole) await assert.rejects(made, (error: unknown) => error instanceof Problem && error.body.code === 'Busy')
      else {
        await made
        const [material] = await context.store.materialOf(context.keys.idOf(compartment, ['meanwhile']))
        assert.deepEqual([tries, material?.material.term], [2, 2])
      }
    }
  })

  test('is one at a time, and none for the installation itself', async () => {
    const { ground, context, rotate } = await vaultWith(1)
    await rotate()
    await assert.rejects(rotate(), (error: unknown) => error instanceof Problem && error.body.code === 'Conflict')
    const own = ground.run(operator, async call =>
      rotateCompartment(context, call, {
        permit: context.access.permit(call, 'instance.operate', { on: rootScope }),
        compartment: context.instance.installation,
      }),
    )
    await assert.rejects(own, (error: unknown) => error instanceof Problem && error.body.code === 'NotSupported')
  })
})
