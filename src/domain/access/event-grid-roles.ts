import { roleBase, type RoleRow } from './role-definition.ts'

const readsSubscriptions = [
  'Microsoft.EventGrid/topicTypes/eventSubscriptions/read',
  'Microsoft.EventGrid/locations/eventSubscriptions/read',
  'Microsoft.EventGrid/locations/topicTypes/eventSubscriptions/read',
]

/** Roles of those who subscribe to events (Azure's list of built-in roles). */
export const eventGridRoles: readonly RoleRow[] = [
  {
    id: '1e241071-0855-49ea-94dc-649edcd759de',
    roleName: 'EventGrid Contributor',
    description: 'Manages everything of Event Grid.',
    actions: [...roleBase, 'Microsoft.EventGrid/*'],
  },
  {
    id: '428e0ff0-5e57-4d9c-a221-2c70d0e0a443',
    roleName: 'EventGrid EventSubscription Contributor',
    description: 'Manages event subscriptions.',
    actions: [
      ...roleBase,
      'Microsoft.EventGrid/eventSubscriptions/*',
      'Microsoft.EventGrid/systemTopics/eventSubscriptions/*',
      'Microsoft.EventGrid/partnerTopics/eventSubscriptions/*',
      ...readsSubscriptions,
    ],
  },
  {
    id: '2414bbcf-6497-4faf-8c65-045460748405',
    roleName: 'EventGrid EventSubscription Reader',
    description: 'Reads event subscriptions.',
    actions: [
      'Microsoft.Authorization/*/read',
      'Microsoft.EventGrid/eventSubscriptions/read',
      'Microsoft.EventGrid/systemTopics/eventSubscriptions/read',
      'Microsoft.EventGrid/partnerTopics/eventSubscriptions/read',
      ...readsSubscriptions,
      'Microsoft.Resources/subscriptions/resourceGroups/read',
    ],
  },
]
