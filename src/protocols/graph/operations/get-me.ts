import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import { noQuery } from '#protocols/graph/addressed.ts'
import { graphOperation } from '#protocols/graph/site.ts'

/** An application has no `/me` (identity-and-arm.md 3.5). */
export const getMe = graphOperation({
  name: 'MeGet',
  method: 'GET',
  path: '/v1.0/me',
  permissions: 'authenticated',
  params: z.object({}),
  query: noQuery,
  body: { none: true },
  async handle(_context, call) {
    call.ruling = { allowed: false, because: 'no-user' }
    throw new Problem({ code: 'DirectoryAccessDenied' })
  },
})
