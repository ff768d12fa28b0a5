import { z } from 'zod'
import { json } from '#protocols/http/answer.ts'
import { metadataOperation } from '#protocols/imds/site.ts'

const apiVersions = [
  '2017-04-02',
  '2017-08-01',
  '2017-12-01',
  '2018-02-01',
  '2018-10-01',
  '2019-03-11',
  '2020-06-01',
  '2020-09-01',
  '2021-01-01',
  '2021-02-01',
]

export const getVersions = metadataOperation({
  name: 'MetadataVersionsGet',
  method: 'GET',
  path: '/metadata/versions',
  permissions: 'public',
  open: true,
  unversioned: true,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle() {
    return json(200, { apiVersions })
  },
})
