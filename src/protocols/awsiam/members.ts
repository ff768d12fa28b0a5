import { enumOf, integer, list, optional, structure, tagKey, tagValue, text } from '#protocols/aws/schemas.ts'

// The simple types of the service's model (2010-05-08), by the members that have them.

const name = /^[\w+=,.@-]+$/
export const userName = text({ min: 1, max: 64, pattern: name })
export const existingUserName = text({ min: 1, max: 128, pattern: name })
export const groupName = text({ min: 1, max: 128, pattern: name })
export const roleName = text({ min: 1, max: 64, pattern: name })
export const profileName = text({ min: 1, max: 128, pattern: name })
export const policyName = text({ min: 1, max: 128, pattern: name })
export const pathOf = text({ min: 1, max: 512, pattern: /^(?:\/|\/[\u0021-\u007e]+\/)$/ })
export const pathPrefix = text({ min: 1, max: 512, pattern: /^\/[\u0021-\u007f]*$/ })
export const policyPath = text({ min: 1, max: 512, pattern: /^(?:\/[\w.,+@=-]+)*\/$/ })
export const arn = text({ min: 20, max: 2_048 })
export const document = text({ min: 1, max: 131_072, pattern: /^[\t\n\r\u0020-\u00ff]+$/ })
export const description = text({ max: 1_000, pattern: /^[\t\n\r\u0020-\u007e\u00a1-\u00ff]*$/ })
export const versionId = text({ pattern: /^v[1-9]\d*(?:\.[A-Za-z0-9-]*)?$/ })
export const accessKeyId = text({ min: 16, max: 128, pattern: /^\w+$/ })

export const tags = list(structure({ Key: tagKey, Value: tagValue }), { max: 50 })
export const tagKeys = list(tagKey, { max: 50 })

/** Of every list. */
export const paging = {
  Marker: optional(text({ min: 1, max: 320, pattern: /^[\u0020-\u00ff]+$/ })),
  MaxItems: optional(integer({ min: 1, max: 1_000 })),
}
export const policyUsage = enumOf(['PermissionsPolicy', 'PermissionsBoundary'])
