import { flag, list, optional, structure, text } from '#protocols/aws/schemas.ts'

/** A name or an ARN: what is wrong with it is told when it is looked for. */
export const trailName = text()

const tag = structure({ Key: text({ min: 1, max: 128 }), Value: optional(text({ min: 0, max: 256 })) })
export const tagsList = list(tag, { max: 200 })

/** Of trails that are made or changed. What is not carried here is refused by its name, not dropped. */
export const settingMembers = {
  S3KeyPrefix: optional(text()),
  SnsTopicName: optional(text()),
  IncludeGlobalServiceEvents: optional(flag),
  IsMultiRegionTrail: optional(flag),
  EnableLogFileValidation: optional(flag),
  CloudWatchLogsLogGroupArn: optional(text()),
  CloudWatchLogsRoleArn: optional(text()),
  KmsKeyId: optional(text()),
  IsOrganizationTrail: optional(flag),
  RecursiveLogging: optional(flag),
} as const

export const settingNames = [
  'name',
  's3BucketName',
  's3KeyPrefix',
  'snsTopicName',
  'includeGlobalServiceEvents',
  'isMultiRegionTrail',
  'enableLogFileValidation',
  'cloudWatchLogsLogGroupArn',
  'cloudWatchLogsRoleArn',
  'kmsKeyId',
  'isOrganizationTrail',
] as const

export const answerNames = [
  'name',
  's3BucketName',
  's3KeyPrefix',
  'includeGlobalServiceEvents',
  'isMultiRegionTrail',
  'trailARN',
  'logFileValidationEnabled',
  'kmsKeyId',
  'isOrganizationTrail',
] as const
