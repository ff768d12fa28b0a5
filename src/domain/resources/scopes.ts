import { scopeOf, type Scope } from '#model/brands.ts'

/** The root of everything: its assignments hold everywhere. */
export const rootScope: Scope = scopeOf([''])

/** A place below another: `segment` in lower case, without a leading slash. */
export function childScope(parent: Scope, segment: string): Scope {
  return scopeOf([...parent, `${parent.at(-1) ?? ''}/${segment.toLowerCase()}`])
}

/** Is `inner` the same place as `outer`, or below it? */
export const standsIn = (inner: Scope, outer: Scope): boolean => inner[outer.length - 1] === outer.at(-1)

/** Of an ARM id, in lower case; `undefined` where it begins with no subscription. */
export const subscriptionOfArmId = (armId: string): string | undefined =>
  /^\/subscriptions\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=\/|$)/.exec(armId.toLowerCase())?.[1]

export const subscriptionScope = (subscriptionId: string): Scope => childScope(rootScope, `subscriptions/${subscriptionId}`)

export const groupScope = (subscriptionId: string, group: string): Scope =>
  childScope(subscriptionScope(subscriptionId), `resourcegroups/${group}`)

/** ARM ids in Azure's spelling, of names as they were given. */
export const groupArmId = (subscriptionId: string, group: string): string => `/subscriptions/${subscriptionId}/resourceGroups/${group}`
export const resourceArmId = (groupId: string, type: string, name: string): string => `${groupId}/providers/${type}/${name}`
