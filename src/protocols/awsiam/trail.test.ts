import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { accountId, iamGround } from './testing.ts'

const shown = z.looseObject({
  operation: z.string(),
  trail: z.looseObject({
    readOnly: z.boolean(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    answer: z.record(z.string(), z.unknown()).optional(),
  }),
})

test('the trail shows what was asked and made, and never what it signs with', async () => {
  const { ground, root } = await iamGround()
  await root.createUser({ UserName: 'u', Tags: [{ Key: 'a', Value: 'b' }] })
  const { AccessKey } = await root.createAccessKey({ UserName: 'u' })
  await root.listAttachedUserPolicies({ UserName: 'u' })
  const rows = ground.rows().flatMap(row => shown.safeParse(row).data ?? [])
  const of = (operation: string) => rows.find(row => row.operation === operation)?.trail ?? assert.fail(`no ${operation}`)
  assert.deepEqual(of('CreateUser').parameters, { userName: 'u', tags: [{ key: 'a', value: 'b' }] })
  assert.partialDeepStrictEqual(of('CreateUser'), {
    readOnly: false,
    answer: { user: { arn: `arn:aws:iam::${accountId}:user/u`, userName: 'u' } },
  })
  assert.partialDeepStrictEqual(of('CreateAccessKey').answer, { accessKey: { accessKeyId: AccessKey?.AccessKeyId, status: 'Active' } })
  const { readOnly, parameters, answer } = of('ListAttachedUserPolicies')
  assert.deepEqual(
    [readOnly, parameters, answer],
    [true, { userName: 'u' }, undefined],
    'neither the subject as we call it, nor what was read',
  )
  assert(!JSON.stringify(ground.rows()).includes(AccessKey?.SecretAccessKey ?? assert.fail()))
})
