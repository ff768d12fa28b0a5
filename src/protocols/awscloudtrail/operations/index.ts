import { addTagsOperation } from './add-tags.ts'
import { createTrailOperation } from './create-trail.ts'
import { deleteTrailOperation } from './delete-trail.ts'
import { describeTrailsOperation } from './describe-trails.ts'
import { getEventSelectorsOperation } from './get-event-selectors.ts'
import { getInsightSelectorsOperation } from './get-insight-selectors.ts'
import { getTrailStatusOperation } from './get-trail-status.ts'
import { getTrailOperation } from './get-trail.ts'
import { listPublicKeysOperation } from './list-public-keys.ts'
import { listTagsOperation } from './list-tags.ts'
import { listTrailsOperation } from './list-trails.ts'
import { lookupEventsOperation } from './lookup-events.ts'
import { putEventSelectorsOperation } from './put-event-selectors.ts'
import { removeTagsOperation } from './remove-tags.ts'
import { startLoggingOperation } from './start-logging.ts'
import { stopLoggingOperation } from './stop-logging.ts'
import { updateTrailOperation } from './update-trail.ts'

export const operations = [
  addTagsOperation,
  createTrailOperation,
  deleteTrailOperation,
  describeTrailsOperation,
  getEventSelectorsOperation,
  getInsightSelectorsOperation,
  getTrailStatusOperation,
  getTrailOperation,
  listPublicKeysOperation,
  listTagsOperation,
  listTrailsOperation,
  lookupEventsOperation,
  putEventSelectorsOperation,
  removeTagsOperation,
  startLoggingOperation,
  stopLoggingOperation,
  updateTrailOperation,
]
