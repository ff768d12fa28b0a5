import type { HeldEventSubscription } from '#domain/events/remove-subscription.ts'
import type { Call } from '#domain/call.ts'
import { eventSubscriptionType } from '#domain/events/set-subscription.ts'
import { withoutQuery } from '#domain/events/shake-hands.ts'
import { isForgotten } from '#domain/events/validate-subscription.ts'
import type { EventSubscription } from '#domain/events/records.ts'
import { isoTime, systemData, type Listed } from './answers.ts'

/** Of the receiver's URL the base alone: what stands behind `?` may be a secret. */
export const eventSubscriptionShape =
  (call: Call) =>
  ({ value }: HeldEventSubscription): Listed =>
    shapeOf(value, value.pending === undefined ? 'Succeeded' : isForgotten(value, call.at) ? 'Failed' : 'AwaitingManualAction')

function shapeOf(value: EventSubscription, provisioningState: string): Listed {
  const { name, vaultId, endpointUrl, filter, labels, expiresAt } = value
  return {
    id: `${vaultId}/providers/${eventSubscriptionType}/${name}`,
    name,
    type: eventSubscriptionType,
    systemData: systemData(value),
    properties: {
      topic: vaultId,
      provisioningState,
      destination: {
        endpointType: 'WebHook',
        properties: {
          endpointBaseUrl: withoutQuery(endpointUrl),
          ...(value.maxEventsPerBatch !== undefined && { maxEventsPerBatch: value.maxEventsPerBatch }),
          ...(value.preferredBatchKilobytes !== undefined && { preferredBatchSizeInKilobytes: value.preferredBatchKilobytes }),
        },
      },
      filter: {
        subjectBeginsWith: filter.subjectBeginsWith,
        subjectEndsWith: filter.subjectEndsWith,
        includedEventTypes: filter.eventTypes,
        isSubjectCaseSensitive: filter.caseSensitive,
        ...(filter.onArrays !== undefined && { enableAdvancedFilteringOnArrays: filter.onArrays }),
        ...(filter.advanced !== undefined && { advancedFilters: filter.advanced }),
      },
      ...(labels !== undefined && { labels }),
      ...(expiresAt !== undefined && { expirationTimeUtc: isoTime(expiresAt) }),
      eventDeliverySchema: value.deliverySchema,
      retryPolicy: { maxDeliveryAttempts: value.maxDeliveryAttempts, eventTimeToLiveInMinutes: value.timeToLiveMinutes },
    },
  }
}
