import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import type { Principal } from '#model/principal.ts'
import { noFacts } from '#domain/access/permit.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { keyGround, officer, stranger, subscriptionId, tenantId, type KeyGround } from '#domain/keys/testing.ts'
import type { Vault } from './records.ts'

const listing = { permission: 'key.list', facts: noFacts } as const

/** Holder of a policy, and holder of a role, of the same vault. */
async function withBoth() {
  const ground = await keyGround()
  const policy = { tenantId, objectId: stranger.id, permissions: { keys: ['list'] } }
  const vault = await ground.addVault('v', { enableRbacAuthorization: false, accessPolicies: [policy] })
  return { ground, vault }
}

async function switchTo({ ground, vault, rbac }: { ground: KeyGround; vault: Vault; rbac: boolean }): Promise<void> {
  await ground.run(officer, async call => {
    const held = await ground.context.vaults.get(call, compartmentOfGuid(subscriptionId), [vault.id.toLowerCase()])
    assert.ok(held !== undefined)
    ground.context.vaults.update(call, held, { ...held.value, enableRbacAuthorization: rbac })
  })
}

test('a vault that is switched between policies and roles is open to exactly one of the two at every moment', async () => {
  const { ground, vault } = await withBoth()
  const { access, ground: road } = ground.context
  const may = (who: Principal): boolean => access.judge({ who, ...listing, on: vault.scope }).allowed
  const seen = new Set<string>()
  const state = { switching: true }
  // In the very tick in which a change is applied, and between all ticks.
  road.view.onNews(() => seen.add(`${may(stranger)} ${may(officer)}`))
  const looking = (async () => {
    while (state.switching) {
      seen.add(`${may(stranger)} ${may(officer)}`)
      await setImmediate()
    }
  })()
  for (let round = 0; round < 50; round++) await switchTo({ ground, vault, rbac: round % 2 === 0 })
  state.switching = false
  await looking
  assert.deepEqual(seen, new Set(['true false', 'false true']))
})

test('an answer that leaves while a vault is switched is right for one of the models, and after the switch for the new one', async () => {
  const { ground, vault } = await withBoth()
  const asks = async (who: Principal): Promise<boolean> =>
    ground
      .run(who, async call => ground.context.access.permit(call, 'key.list', { on: vault.scope }))
      .then(
        () => true,
        () => false,
      )
  const before = { rbac: false }
  let overtaken = 0
  for (let round = 0; round < 40; round++) {
    const rbac = !before.rbac
    // Askers on both sides of the switch, all under way at once; who was overtaken by it was judged again.
    const [first, , last] = await Promise.all([asks(stranger), switchTo({ ground, vault, rbac }), asks(stranger), asks(officer)])
    if (first !== last || first === rbac) overtaken += 1
    assert.deepEqual([await asks(stranger), await asks(officer)], [!rbac, rbac], 'begun after the acknowledgement')
    before.rbac = rbac
  }
  assert.ok(overtaken > 0)
})
