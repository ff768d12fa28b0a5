import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { kmsAdvice, type KmsNeeds } from './kms-advice.ts'

/** Rows of the source document's table, and what each comes to. */
const rows: readonly (readonly [what: string, needs: Partial<KmsNeeds>, layers: readonly string[]])[] = [
  ['workloads fully in AWS', { workloads: 'aws', hardware: 'shared' }, ['aws-kms']],
  ['several clouds, or hybrid with Azure', { workloads: 'both', hardware: 'shared' }, ['aws-kms', 'azure-key-vault']],
  [
    'extremely sensitive, dedicated hardware, in AWS',
    { workloads: 'aws', hardware: 'dedicated' },
    ['aws-kms-custom-key-store', 'aws-cloudhsm'],
  ],
  ['extremely sensitive, dedicated hardware, in Azure', { workloads: 'azure', hardware: 'dedicated' }, ['azure-managed-hsm']],
  ['workloads fully in Azure', { workloads: 'azure', hardware: 'shared' }, ['azure-key-vault']],
]

describe('advice on key services', () => {
  for (const [what, needs, layers] of rows)
    test(`${what}: ${layers.join(' and ')}, with the reason and what to type`, () => {
      const [advice, ...more] = kmsAdvice(needs)
      assert.deepEqual([advice?.layers, more], [layers, []])
      assert((advice?.because.length ?? 0) > 40 && (advice?.commands.length ?? 0) > 0)
    })

  test('without answers is every combination, each once', () => {
    const all = kmsAdvice({})
    assert.equal(all.length, 6)
    assert.equal(new Set(all.map(({ needs }) => JSON.stringify(needs))).size, 6)
    assert.equal(kmsAdvice({ hardware: 'dedicated' }).length, 3)
  })
})
