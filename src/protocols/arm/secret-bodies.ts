import { z } from 'zod'
import { contentType, secretTags, secretValue } from '#protocols/azure/object-bodies.ts'
import { maybe } from './bodies.ts'
import { attributesBody } from './object-attributes.ts'

const properties = z.object({ contentType, attributes: attributesBody })

/** A secret as it is put: with its value, always. */
export const putSecretBody = z.object({ tags: secretTags, properties: properties.extend({ value: secretValue }) })
export const patchSecretBody = z.object({ tags: secretTags, properties: maybe(properties.extend({ value: maybe(secretValue) })) })
