import { z } from 'zod'

const oneOrMore = z.union([z.string().transform(one => [one]), z.array(z.string())])
/** Numbers and booleans are taken as they are spelled. */
const scalar = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)])
const scalars = z.union([scalar.transform(one => [one]), z.array(scalar)])
const principal = z.union([z.literal('*'), z.record(z.enum(['AWS', 'Service', 'Federated', 'CanonicalUser']), oneOrMore.optional())])

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principal.optional(),
  NotPrincipal: principal.optional(),
  Action: oneOrMore.optional(),
  NotAction: oneOrMore.optional(),
  Resource: oneOrMore.optional(),
  NotResource: oneOrMore.optional(),
  Condition: z.record(z.string(), z.record(z.string(), scalars)).optional(),
})
export type RawStatement = z.output<typeof statementSchema>

export const documentSchema = z.strictObject({
  Version: z.enum(['2008-10-17', '2012-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.union([statementSchema.transform(one => [one]), z.array(statementSchema).min(1)]),
})
