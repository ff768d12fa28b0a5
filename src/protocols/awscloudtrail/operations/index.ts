import { lookupEventsOperation } from './lookup-events.ts'

export const operations = [lookupEventsOperation]
