import type { Pki } from '#ports/pki.ts'
import type { Call } from '#domain/call.ts'
import { assertTypeOffered } from '#domain/keys/specs.ts'
import type { Vault } from '#domain/resources/records.ts'
import { wholeSecond } from '#domain/vault-objects/attributes.ts'
import type { Brought } from './brought.ts'
import { policyAfter, usualAction, type PolicyChange } from './policy.ts'
import { monthsMax, refuse, subjectCharactersMax } from './policy-rules.ts'
import type { CertificatePolicy } from './records.ts'
import { monthsOf } from './validity.ts'

/** What the certificate says of itself, and what was said with it: for the next version (key-vault.md 4.5). The key is as it came. */
export function importedPolicy(
  call: Call,
  from: { readonly pki: Pki; readonly vault: Vault; readonly change: PolicyChange; readonly brought: Brought },
): CertificatePolicy {
  const { pki, vault, change, brought } = from
  const { key: said = {}, ...rest } = change
  const hsm = said.type?.endsWith('-HSM') === true
  assertTypeOffered(vault, { hsm })
  const key = { spec: brought.spec, hsm, exportable: said.exportable ?? !hsm, reuse: said.reuse ?? false }
  if (hsm && key.exportable) refuse('exportable', 'must be false for a key that is kept as a hardware key')
  const before = writtenPolicy(brought, { key, issuer: change.issuer?.name ?? 'Unknown', now: wholeSecond(call.at) })
  return { ...policyAfter(call, rest, { pki, vault, before, taken: true }), key }
}

function writtenPolicy(
  { leaf, form }: Brought,
  { key, issuer, now }: { readonly key: CertificatePolicy['key']; readonly issuer: string; readonly now: number },
): CertificatePolicy {
  return {
    issuer: { name: issuer },
    key,
    contentType: form === 'pem' ? 'application/x-pem-file' : 'application/x-pkcs12',
    subject: leaf.subject.slice(0, subjectCharactersMax),
    names: policyNames(leaf.names),
    extendedKeyUsage: [...leaf.extendedKeyUsage],
    keyUsage: [...leaf.keyUsage],
    validityMonths: Math.min(monthsOf(leaf), monthsMax),
    ca: leaf.ca,
    ...(leaf.pathLength !== undefined && { pathLength: leaf.pathLength }),
    lifetimeActions: [usualAction(issuer)],
    createdAt: now,
    updatedAt: now,
  }
}

const policyNames = ({ emails, dnsNames, upns, uris, ipAddresses }: Brought['leaf']['names']): CertificatePolicy['names'] => ({
  emails: [...emails],
  dnsNames: [...dnsNames],
  upns: [...upns],
  uris: [...uris],
  ipAddresses: [...ipAddresses],
})
