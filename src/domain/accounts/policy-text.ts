import { parsePolicy } from '#domain/access/policy-documents/parse.ts'

/** Of users, groups, roles and managed policies. Raises `PolicyMalformed`. */
export const assertIdentityPolicy = (document: string): void => void parsePolicy(document, 'identity')
