import { z } from 'zod'
import { keyUsages } from '#ports/pki.ts'
import type { PolicyChange } from '#domain/certificates/policy.ts'
import { contentTypes, lifetimeActionTypes, type LifetimeAction } from '#domain/certificates/records.ts'
import { boolean, flag, integer, jsonBody, keyType, maybe, must, tags, text } from './bodies.ts'

// What operations on certificates read (key-vault.md 4.1, 4.2).

const texts = maybe(z.array(z.string(must('a string')), must('an array of strings')).max(500, must('an array of at most 500 strings')))

const keyProperties = maybe(
  jsonBody({ exportable: flag, kty: maybe(keyType), key_size: integer, reuse_key: flag, crv: text }).transform(
    ({ kty, key_size, crv, exportable, reuse_key }) => ({ type: kty, bits: key_size, crv, exportable, reuse: reuse_key }),
  ),
)

const names = maybe(
  jsonBody({ emails: texts, dns_names: texts, upns: texts, uris: texts, ipAddresses: texts }).transform(
    ({ emails, dns_names, upns, uris, ipAddresses }) => ({ emails, dnsNames: dns_names, upns, uris, ipAddresses }),
  ),
)

const x509Properties = maybe(
  jsonBody({
    subject: text,
    ekus: texts,
    sans: names,
    key_usage: maybe(z.array(z.enum(keyUsages, must(`one of ${keyUsages.join(', ')}`)), must('an array of strings'))),
    validity_months: integer,
    basic_constraints: maybe(jsonBody({ ca: flag, path_len_constraint: integer })),
  }),
)

const lifetimeAction = jsonBody({
  trigger: jsonBody({ lifetime_percentage: integer, days_before_expiry: integer }),
  action: jsonBody({ action_type: z.enum(lifetimeActionTypes, must(`one of ${lifetimeActionTypes.join(', ')}`)) }),
}).transform(({ trigger: { lifetime_percentage, days_before_expiry }, action }): LifetimeAction => ({
  action: action.action_type,
  ...(lifetime_percentage !== undefined && { lifetimePercentage: lifetime_percentage }),
  ...(days_before_expiry !== undefined && { daysBeforeExpiry: days_before_expiry }),
}))

const members = {
  key_props: keyProperties,
  secret_props: maybe(jsonBody({ contentType: maybe(z.enum(contentTypes, must(`one of ${contentTypes.join(', ')}`))) })),
  x509_props: x509Properties,
  lifetime_actions: maybe(z.array(lifetimeAction, must('an array'))),
  issuer: maybe(jsonBody({ name: text, cty: text, cert_transparency: flag })),
}

const given = <T extends object>(group: T | undefined): T | undefined =>
  group === undefined || Object.values(group).every(member => member === undefined) ? undefined : group

/** Names that a group does not say, and empty groups, change nothing (key-vault.md 4.1). */
export const policyBody = jsonBody(members).transform(({ key_props, secret_props, x509_props, lifetime_actions, issuer }): PolicyChange => {
  const { subject, ekus, sans, key_usage, validity_months, basic_constraints } = x509_props ?? {}
  return {
    key: given(key_props),
    contentType: secret_props?.contentType,
    subject,
    names: given(sans),
    extendedKeyUsage: ekus,
    keyUsage: key_usage,
    validityMonths: validity_months,
    ca: basic_constraints?.ca,
    pathLength: basic_constraints?.path_len_constraint,
    lifetimeActions: lifetime_actions,
    issuer: given(issuer && { name: issuer.name, type: issuer.cty, transparency: issuer.cert_transparency }),
  }
})

/** Dates that are sent are the certificate's own: they are not looked at (key-vault.md 4.1). */
const attributes = maybe(jsonBody({ enabled: maybe(boolean) }))

export const createCertificateBody = jsonBody({ policy: maybe(policyBody), attributes, tags, preserveCertOrder: flag })
export const updateCertificateBody = jsonBody({ policy: maybe(policyBody), attributes, tags })

const passwordCharactersMax = 200

export const importCertificateBody = jsonBody({
  value: z.string(must('a string')).min(1, must('not empty')),
  pwd: maybe(z.string(must('a string')).max(passwordCharactersMax, must(`at most ${passwordCharactersMax} characters long`))),
  policy: maybe(policyBody),
  attributes,
  tags,
  preserveCertOrder: flag,
})

/** Standard base64, each certificate by itself. */
const base64 = z.string(must('a string')).transform((value, context) => {
  try {
    return Uint8Array.fromBase64(value)
  } catch {
    context.issues.push({ code: 'custom', message: 'must be encoded with base64', input: undefined })
    return z.NEVER
  }
})

export const mergeCertificateBody = jsonBody({ x5c: z.array(base64, must('an array of base64 strings')), attributes, tags })
export const cancelBody = jsonBody({ cancellation_requested: boolean })

const administrator = jsonBody({ first_name: text, last_name: text, email: text, phone: text }).transform(
  ({ first_name, last_name, email, phone }) => ({
    ...(first_name !== undefined && { firstName: first_name }),
    ...(last_name !== undefined && { lastName: last_name }),
    ...(email !== undefined && { email }),
    ...(phone !== undefined && { phone }),
  }),
)

const issuerMembers = {
  credentials: maybe(jsonBody({ account_id: text, pwd: text })),
  org_details: maybe(
    jsonBody({ id: text, admin_details: maybe(z.array(administrator, must('an array')).max(100, must('an array of at most 100'))) }),
  ),
  attributes,
}

const provider = z.string(must('a string')).min(1, must('not empty')).max(256, must('at most 256 characters long'))
export const setIssuerBody = jsonBody({ provider, ...issuerMembers })
export const updateIssuerBody = jsonBody({ provider: maybe(provider), ...issuerMembers })

const email = z
  .string(must('an e-mail address'))
  .regex(/^[^@\s]+@[^@\s]+$/, must('an e-mail address'))
  .max(256, must('at most 256 characters long'))
const contact = jsonBody({ email, name: text, phone: text }).transform(({ email, name, phone }) => ({
  email,
  ...(name !== undefined && { name }),
  ...(phone !== undefined && { phone }),
}))
export const contactsBody = jsonBody({ contacts: z.array(contact, must('an array')) })
