import { z } from 'zod'
import { keyWrapHashes } from '#crypto/rsa-aes-key-wrap.ts'
import { namesOf } from '#model/names.ts'
import { releaseKey } from '#domain/keys/release-key.ts'
import { signRelease } from '#domain/keys/release-signer.ts'
import { json } from '#protocols/http/answer.ts'
import { jsonBody, maybe, must, text } from '#protocols/keyvault/bodies.ts'
import { noQuery, scopeOfKey, urlOfKey, versionedObject } from '#protocols/keyvault/params.ts'
import { releasedKey } from '#protocols/keyvault/released-key.ts'
import { vaultOperation } from '#protocols/keyvault/site.ts'

const wrapNames = namesOf(keyWrapHashes)

export const releaseKeyOperation = vaultOperation({
  name: 'KeyRelease',
  method: 'POST',
  path: '/keys/{name}/{version?}/release',
  permissions: ['key.release'],
  scope: scopeOfKey,
  resource: urlOfKey,
  params: versionedObject,
  query: noQuery,
  body: {
    json: jsonBody({
      target: z.string(must('the token of an attestation authority')),
      nonce: text,
      enc: maybe(z.enum(wrapNames, must(`one of ${wrapNames.join(', ')}`))),
    }),
    maximumBytes: 128 * 1024,
  },
  async handle(context, call, { site, params, body, permit, request }) {
    const { target, nonce, enc = 'CKM_RSA_AES_KEY_WRAP' } = body
    const reference = { vault: site.vault.value, ...params }
    const released = await releaseKey(context, call, { permit: permit('key.release'), reference, target, nonce, enc })
    return json(200, { value: await signRelease(context, call, releasedKey({ site, request }, { ...released, nonce, enc })) })
  },
})
