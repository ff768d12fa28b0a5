import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { ArmSite } from '#protocols/arm/site.ts'
import {
  deleteEventSubscription,
  getEventSubscription,
  getEventSubscriptionAttributes,
  getEventSubscriptionUrl,
  listEventSubscriptions,
  listGroupEventSubscriptions,
  listRegionalEventSubscriptions,
  patchEventSubscription,
  putEventSubscription,
  validateSubscription,
} from './event-subscriptions.ts'
import { headResources } from './head-resources.ts'
import { listActivity, listActivityCategories } from './list-activity.ts'
import { getProviderActions, listAllProviderActions, listProviderActions } from './list-provider-operations.ts'
import { getLock, listLocks, putLock, removeLock } from './locks.ts'
import { deleteTags, getTags, patchTags, putTags } from './tags.ts'

/** What holds for resources of every type. */
export const governanceOperations: readonly Operation<Context, ArmSite>[] = [
  putLock,
  getLock,
  removeLock,
  listLocks,
  getTags,
  putTags,
  patchTags,
  deleteTags,
  putEventSubscription,
  patchEventSubscription,
  getEventSubscription,
  deleteEventSubscription,
  getEventSubscriptionUrl,
  validateSubscription,
  getEventSubscriptionAttributes,
  listEventSubscriptions,
  listRegionalEventSubscriptions,
  listGroupEventSubscriptions,
  ...headResources,
  listActivity,
  listActivityCategories,
  listProviderActions,
  getProviderActions,
  listAllProviderActions,
]
