import { z } from 'zod'
import { lookUp } from '#model/names.ts'
import { Problem } from '#model/problem.ts'
import { assets } from '#protocols/entra/pages/assets.ts'
import { entraOperation } from '#protocols/entra/site.ts'

/** The style, the icon and the one script of the sign-in pages. */
export const getAsset = entraOperation({
  name: 'PageAssetGet',
  method: 'GET',
  path: '/assets/{name}',
  permissions: 'public',
  open: true,
  unversioned: true,
  params: z.object({ name: z.string() }),
  query: z.object({}),
  body: { none: true },
  async handle(_context, _call, { params }) {
    const asset = lookUp(assets, params.name)
    if (asset === undefined) throw new Problem({ code: 'UnknownRoute' })
    return {
      status: 200,
      headers: { 'content-type': asset.type, 'cache-control': 'public, max-age=3600', 'cross-origin-resource-policy': 'same-origin' },
      body: asset.text,
    }
  },
})
