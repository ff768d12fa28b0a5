import { z } from 'zod'
import { checklist } from '#domain/checklist/checklist.ts'
import { fleetOf, layerMap } from '#domain/inventory/layer-map.ts'
import { standings } from '#domain/inventory/standings.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { adminOperation } from '#protocols/admin/site.ts'

// What looks at things and their keys, and opens nothing.

const common = {
  method: 'POST',
  permissions: ['instance.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: z.object({}),
} as const
const id = z.string().min(1, 'id is an ARM id, an ARN, or a name').max(2_048)

/** What can be opened at this moment, and why not. */
export const listStandings = adminOperation({
  ...common,
  name: 'DiskStandingList',
  path: '/disks/standings',
  body: { json: z.strictObject({}) },
  async handle(context, call, { permit }) {
    return json(200, { standings: await standings(context, call, permit('instance.read')) })
  },
})

/** What protects a disk, a machine's disks, or a volume. */
export const showLayers = adminOperation({
  ...common,
  name: 'DiskLayerShow',
  path: '/disks/layers',
  body: { json: z.strictObject({ id }) },
  async handle(context, call, { body, permit }) {
    return json(200, { disks: await layerMap(context, call, { permit: permit('instance.read'), id: body.id }) })
  },
})

/** Every disk of a set. */
export const showFleet = adminOperation({
  ...common,
  name: 'DiskFleetShow',
  path: '/disks/fleet',
  body: { json: z.strictObject({ id }) },
  async handle(context, call, { body, permit }) {
    return json(200, await fleetOf(context, call, { permit: permit('instance.read'), id: body.id }))
  },
})

/** The checklist of everything named, or of all. */
export const verifyResources = adminOperation({
  ...common,
  name: 'ChecklistShow',
  path: '/verify',
  body: { json: z.strictObject({ ids: z.array(id).max(500).optional(), history: z.boolean().optional() }) },
  async handle(context, call, { body: { ids = [], history = false }, permit }) {
    return json(200, await checklist(context, call, { permit: permit('instance.read'), ids, history }))
  },
})
