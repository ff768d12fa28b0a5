import type { VaultEvent } from './vault-event.ts'
import { passes } from './advanced-filters.ts'
import type { EventSubscription } from './records.ts'

/** Is the event for this subscription? Types compare without case, subjects as the filter says. */
export function matches({ filter, expiresAt }: EventSubscription, event: VaultEvent, now: number): boolean {
  const { eventType, subject } = event
  if (expiresAt !== undefined && now >= expiresAt) return false
  if (!filter.eventTypes.some(type => type.toLowerCase() === eventType.toLowerCase())) return false
  const folded = (text: string): string => (filter.caseSensitive ? text : text.toLowerCase())
  if (!folded(subject).startsWith(folded(filter.subjectBeginsWith)) || !folded(subject).endsWith(folded(filter.subjectEndsWith)))
    return false
  return (filter.advanced ?? []).every(one => passes(one, event))
}
