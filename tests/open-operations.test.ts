// What needs no credentials and changes nothing is summed up in the audit when it comes as a flood (security-and-reliability.md 4.1).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations as arm } from '#protocols/arm/operations/index.ts'
import { operations as entra } from '#protocols/entra/operations/index.ts'
import { operations as imds } from '#protocols/imds/operations/index.ts'
import { operations as pki } from '#protocols/pki/operations/index.ts'

const all = [...arm, ...entra, ...imds, ...pki]

test('everything that is read without credentials is summed up, but not what gives a token or takes a yes', () => {
  const alone = all.filter(({ permissions, method, open }) => permissions === 'public' && method === 'GET' && open !== true)
  assert.deepEqual([...new Set(alone.map(({ name }) => name))], ['EventSubscriptionValidate', 'MachineTokenIssue', 'AppServiceTokenIssue'])
})

test('nothing is summed up that asks for a permission', () => {
  assert.deepEqual(
    all.filter(({ open, permissions }) => open === true && permissions !== 'public').map(({ name }) => name),
    [],
  )
})
