import type { ProblemDetails } from '#model/problem.ts'
import { jsonErrors } from '#protocols/aws/json-errors.ts'
import { refuseIn, type AwsTable, type AwsWords } from '#protocols/aws/problems.ts'

const bad = (code: string, message: string): AwsWords => ({ status: 400, code, message })

/** What is wrong, by the service's name of it. */
const names: Readonly<Record<ProblemDetails<'TrailInvalid'>['what'], string>> = {
  name: 'InvalidTrailNameException',
  arn: 'CloudTrailARNInvalidException',
  bucket: 'S3BucketDoesNotExistException',
  bucketName: 'InvalidS3BucketNameException',
  bucketPolicy: 'InsufficientS3BucketPolicyException',
  keyPolicy: 'InsufficientEncryptionPolicyException',
  prefix: 'InvalidS3PrefixException',
  key: 'InvalidKmsKeyIdException',
  homeRegion: 'InvalidHomeRegionException',
  selectors: 'InvalidEventSelectorsException',
  insights: 'InsightNotEnabledException',
  tags: 'InvalidTagParameterException',
  tooManyTags: 'TagsLimitExceededException',
  tooMany: 'MaximumNumberOfTrailsExceededException',
  unsupported: 'UnsupportedOperationException',
  combination: 'InvalidParameterCombinationException',
  attributes: 'InvalidLookupAttributesException',
  times: 'InvalidTimeRangeException',
  count: 'InvalidMaxResultsException',
  category: 'InvalidEventCategoryException',
}

const table: AwsTable = {
  TrailNotFound: ({ name }) => bad('TrailNotFoundException', `Unknown trail: ${name}`),
  TrailNameTaken: ({ name }) => bad('TrailAlreadyExistsException', `Trail ${name} already exists.`),
  TrailInvalid: ({ what, message }) => bad(names[what], message),
  MarkerInvalid: () => bad('InvalidNextTokenException', 'The token is not of this list.'),
  Throttled: () => bad('ThrottlingException', 'Rate exceeded'),
}

export const refuse = refuseIn(jsonErrors, table)
