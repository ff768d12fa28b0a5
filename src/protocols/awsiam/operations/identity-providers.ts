import { accountOf, foundArn } from '#domain/accounts/entities.ts'
import { identityProviderArn } from '#domain/accounts/arn.ts'
import type { Permission } from '#domain/access/permissions.ts'
import {
  changeProvider,
  createProvider,
  deleteProvider,
  existingProvider,
  foundProvider,
  providerNamed,
  providerOfArn,
  urlOfIssuer,
  type NamedProvider,
  type ProviderChange,
} from '#domain/accounts/identity-providers.ts'
import { list, optional, structure, text } from '#protocols/aws/schemas.ts'
import type { Shape } from '#protocols/aws/shape.ts'
import { isoTime } from '#protocols/aws/times.ts'
import { requestFacts, tagsOf } from '#protocols/awsiam/facts.ts'
import { arn, tags } from '#protocols/awsiam/members.ts'
import { tagsShape } from '#protocols/awsiam/shapes.ts'
import { iamOperation, type Asked } from '#protocols/awsiam/site.ts'

const clientId = text({ min: 1, max: 255 })
const thumbprints = list(text({ min: 40, max: 40 }))
const byArn = { OpenIDConnectProviderArn: arn }

const askedProvider = async ({
  context,
  call,
  accountId,
  body,
}: Asked<{ readonly OpenIDConnectProviderArn: string }>): Promise<NamedProvider> =>
  providerOfArn(context, call, { accountId, arn: body.OpenIDConnectProviderArn })

const createOpenIDConnectProviderOperation = iamOperation({
  name: 'CreateOpenIDConnectProvider',
  permissions: ['identityProvider.create', 'identityProvider.tag'],
  input: structure({
    Url: text({ min: 1, max: 255 }),
    ClientIDList: optional(list(clientId)),
    ThumbprintList: optional(thumbprints),
    Tags: optional(tags),
  }),
  async handle({ context, call, accountId, body, permit }) {
    const provider = await providerNamed(context, call, { accountId, url: urlOfIssuer(body.Url) })
    const found = foundProvider({ ...provider, held: undefined }, requestFacts({ tags: body.Tags }))
    const given = permit('identityProvider.create', found)
    if (body.Tags !== undefined && body.Tags.length > 0) permit('identityProvider.tag', found)
    const { ClientIDList: clientIds = [], ThumbprintList: prints = [] } = body
    const made = createProvider(context, call, { permit: given, provider, clientIds, thumbprints: prints, tags: tagsOf(body.Tags) })
    return { OpenIDConnectProviderArn: provider.arn, Tags: tagsShape(made.tags) }
  },
})

const getOpenIDConnectProviderOperation = iamOperation({
  name: 'GetOpenIDConnectProvider',
  permissions: ['identityProvider.read'],
  input: structure(byArn),
  async handle(asked) {
    const provider = await askedProvider(asked)
    const given = asked.permit('identityProvider.read', foundProvider(provider))
    const { value } = existingProvider(given, provider)
    return {
      Url: value.url,
      ClientIDList: value.clientIds,
      ThumbprintList: value.thumbprints,
      CreateDate: isoTime(value.createdAt),
      Tags: tagsShape(value.tags),
    }
  },
})

const listOpenIDConnectProvidersOperation = iamOperation({
  name: 'ListOpenIDConnectProviders',
  permissions: ['identityProvider.list'],
  input: structure({}),
  async handle({ context, call, accountId, permit }) {
    permit('identityProvider.list', foundArn(accountId, identityProviderArn(accountId, '*')))
    const { compartment } = (await accountOf(context, call, accountId)).value
    const all = context.identityProviders.all(call, compartment)
    return { OpenIDConnectProviderList: all.map(({ value }) => ({ Arn: identityProviderArn(accountId, value.url) })) }
  },
})

const deleteOpenIDConnectProviderOperation = iamOperation({
  name: 'DeleteOpenIDConnectProvider',
  permissions: ['identityProvider.delete'],
  input: structure(byArn),
  async handle(asked) {
    const provider = await askedProvider(asked)
    const given = asked.permit('identityProvider.delete', foundProvider(provider))
    deleteProvider(asked.context, asked.call, { permit: given, provider })
    return undefined
  },
})

/** One that changes a single thing of an issuer. */
const changing = <B extends { readonly OpenIDConnectProviderArn: string }>(of: {
  readonly name: string
  readonly permission: Permission & `identityProvider.${string}`
  readonly input: Shape<B>
  readonly change: (body: B) => ProviderChange
}) =>
  iamOperation({
    name: of.name,
    permissions: [of.permission],
    input: of.input,
    async handle(asked) {
      const provider = await askedProvider(asked)
      const permit = asked.permit(of.permission, foundProvider(provider))
      changeProvider(asked.context, asked.call, { permit, provider, change: of.change(asked.body) })
      return undefined
    },
  })

const updateThumbprintOperation = changing({
  name: 'UpdateOpenIDConnectProviderThumbprint',
  permission: 'identityProvider.updateThumbprints',
  input: structure({ ...byArn, ThumbprintList: thumbprints }),
  change: body => ({ thumbprints: body.ThumbprintList }),
})

const addClientIdOperation = changing({
  name: 'AddClientIDToOpenIDConnectProvider',
  permission: 'identityProvider.addClient',
  input: structure({ ...byArn, ClientID: clientId }),
  change: body => ({ addClientId: body.ClientID }),
})

const removeClientIdOperation = changing({
  name: 'RemoveClientIDFromOpenIDConnectProvider',
  permission: 'identityProvider.removeClient',
  input: structure({ ...byArn, ClientID: clientId }),
  change: body => ({ removeClientId: body.ClientID }),
})

export const identityProviderOperations = [
  createOpenIDConnectProviderOperation,
  getOpenIDConnectProviderOperation,
  listOpenIDConnectProvidersOperation,
  deleteOpenIDConnectProviderOperation,
  updateThumbprintOperation,
  addClientIdOperation,
  removeClientIdOperation,
]
