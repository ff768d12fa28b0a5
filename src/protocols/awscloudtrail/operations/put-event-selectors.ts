import { Problem } from '#model/problem.ts'
import { assertAtHome, findTrail, trailArn } from '#domain/trails/keep-trail.ts'
import { amzJson } from '#protocols/aws/answers.ts'
import { awsOperation } from '#protocols/aws/operation.ts'
import { enumOf, flag, list, optional, structure, text } from '#protocols/aws/schemas.ts'
import { ownedTrails } from '#protocols/awscloudtrail/owned.ts'
import { trailName } from '#protocols/awscloudtrail/trail-members.ts'
import { selectorsOf } from '#protocols/awscloudtrail/trail-shapes.ts'

const values = list(text({ min: 1, max: 2_048 }), { min: 1 })
const selectors = structure({
  ReadWriteType: optional(enumOf(['ReadOnly', 'WriteOnly', 'All'])),
  IncludeManagementEvents: optional(flag),
  DataResources: optional(list(structure({ Type: text(), Values: optional(list(text())) }))),
  ExcludeManagementEventSources: optional(list(text())),
})
const fieldSelector = structure({
  Field: text({ min: 1, max: 1_000, pattern: /^[\w|\d|.|_]+$/ }),
  Equals: optional(values),
  StartsWith: optional(values),
  EndsWith: optional(values),
  NotEquals: optional(values),
  NotStartsWith: optional(values),
  NotEndsWith: optional(values),
})
const advanced = structure({ Name: optional(text({ max: 1_000 })), FieldSelectors: list(fieldSelector, { min: 1 }) })

const basicMax = 5
const advancedMax = 500

export const putEventSelectorsOperation = awsOperation({
  name: 'PutEventSelectors',
  permissions: ['trail.writeSelectors'],
  body: {
    amzJson: structure({
      TrailName: trailName,
      EventSelectors: optional(list(selectors)),
      AdvancedEventSelectors: optional(list(advanced)),
    }),
  },
  trail: {
    parameters: ['trailName', 'eventSelectors', 'advancedEventSelectors'],
    answer: ['trailARN', 'eventSelectors', 'advancedEventSelectors'],
    readOnly: false,
  },
  async handle(context, call, { site, permit, body }) {
    permit('trail.writeSelectors', ownedTrails(call, site, body.TrailName))
    const trail = findTrail(context, call, { asked: body.TrailName, region: site.region })
    assertAtHome(trail, site.region)
    const written = writtenIn(body.EventSelectors?.map(completed), body.AdvancedEventSelectors)
    const { value } = context.trails.update(call, trail, { ...trail.value, selectors: written })
    return Promise.resolve(amzJson({ TrailARN: trailArn(value), ...selectorsOf(value) }))
  },
})

function writtenIn(basic: readonly unknown[] | undefined, more: readonly unknown[] | undefined) {
  if (basic !== undefined && more !== undefined) throw invalid('Event selectors and advanced event selectors are not set together.')
  if (basic !== undefined && basic.length > 0 && basic.length <= basicMax) return { kind: 'basic' as const, text: JSON.stringify(basic) }
  if (more !== undefined && more.length > 0 && more.length <= advancedMax) return { kind: 'advanced' as const, text: JSON.stringify(more) }
  throw invalid(`A trail has 1 to ${basicMax} event selectors, or 1 to ${advancedMax} advanced ones.`)
}

interface Basic {
  readonly ReadWriteType?: string
  readonly IncludeManagementEvents?: boolean
  readonly DataResources?: readonly unknown[]
  readonly ExcludeManagementEventSources?: readonly string[]
}

/** With what stands for what was not said. */
const completed = (one: Basic) => ({
  ReadWriteType: one.ReadWriteType ?? 'All',
  IncludeManagementEvents: one.IncludeManagementEvents ?? true,
  DataResources: one.DataResources ?? [],
  ExcludeManagementEventSources: one.ExcludeManagementEventSources ?? [],
})

const invalid = (message: string): Problem => new Problem({ code: 'TrailInvalid', details: { what: 'selectors', message } })
