import { z } from 'zod'
import { audiencesOf } from '#domain/identity/audiences.ts'
import { Problem } from '#model/problem.ts'
import { apiVersionOf, versionDate } from '#protocols/azure/api-version.ts'
import { json } from '#protocols/http/answer.ts'
import { armOperation, type ArmSite } from '#protocols/arm/site.ts'

/** All that a client must know of this cloud (identity-and-arm.md 2.6). Suffixes have no leading dot: clients put one themselves. */
function cloud({ baseUrl, domain, portSuffix }: ArmSite) {
  const graph = `https://graph.${domain}${portSuffix}/`
  return {
    name: 'Keystead',
    portal: baseUrl,
    authentication: {
      loginEndpoint: `https://login.${domain}${portSuffix}`,
      audiences: [
        baseUrl,
        ...audiencesOf('arm', { domain, portSuffix }).filter(audience => /^https:.*[^/]$/.test(audience) && audience !== baseUrl),
      ],
      tenant: 'common',
      identityProvider: 'AAD',
    },
    graph,
    graphAudience: graph,
    microsoftGraphResourceId: graph,
    resourceManager: `${baseUrl}/`,
    gallery: baseUrl,
    suffixes: {
      keyVaultDns: `vault.${domain}${portSuffix}`,
      mhsmDns: `managedhsm.${domain}${portSuffix}`,
      storage: `${domain}${portSuffix}`,
    },
  }
}

/** The three shapes that clients of three ages read. */
export const getMetadata = armOperation({
  name: 'MetadataRead',
  method: 'GET',
  path: '/metadata/endpoints',
  permissions: 'public',
  open: true,
  unversioned: true,
  params: z.object({}),
  query: z.object({}),
  body: { none: true },
  async handle(_context, _call, { site, request }) {
    const version = versionDate(apiVersionOf(request))
    if (version < '2015-01-01') throw new Problem({ code: 'ApiVersionTooOld', details: { given: version } })
    const whole = cloud(site)
    if (version >= '2022-09-01') return json(200, whole)
    if (version >= '2018-05-01') return json(200, [whole])
    const { loginEndpoint, audiences } = whole.authentication
    return json(200, {
      galleryEndpoint: whole.gallery,
      graphEndpoint: whole.graph,
      portalEndpoint: whole.portal,
      authentication: { loginEndpoint, audiences },
    })
  },
})
