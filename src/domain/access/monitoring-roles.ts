import type { RoleRow } from './role-definition.ts'

/** Roles of those who watch (identity-and-arm.md 3.3). */
export const monitoringRoles: readonly RoleRow[] = [
  {
    id: '43d0d8ad-25c7-4714-9337-8ba259a9fe05',
    roleName: 'Monitoring Reader',
    description: 'Reads all monitoring data.',
    actions: ['*/read', 'Microsoft.OperationalInsights/workspaces/search/action', 'Microsoft.Support/*'],
  },
  {
    id: '749f88d5-cbae-40b8-bcfc-e573ddc772fa',
    roleName: 'Monitoring Contributor',
    description: 'Reads all monitoring data and changes what is monitored.',
    actions: [
      '*/read',
      'Microsoft.AlertsManagement/alerts/*',
      'Microsoft.AlertsManagement/alertsSummary/*',
      'Microsoft.Insights/actiongroups/*',
      'Microsoft.Insights/activityLogAlerts/*',
      'Microsoft.Insights/AlertRules/*',
      'Microsoft.Insights/DiagnosticSettings/*',
      'Microsoft.Insights/eventtypes/*',
      'Microsoft.Insights/LogDefinitions/*',
      'Microsoft.Insights/metricalerts/*',
      'Microsoft.Insights/MetricDefinitions/*',
      'Microsoft.Insights/Metrics/*',
      'Microsoft.Insights/Register/Action',
      'Microsoft.OperationalInsights/workspaces/search/action',
      'Microsoft.Support/*',
    ],
  },
  {
    id: '3913510d-42f4-4e42-8a64-420c390055eb',
    roleName: 'Monitoring Metrics Publisher',
    description: 'Publishes metrics.',
    actions: ['Microsoft.Insights/Register/Action', 'Microsoft.Support/*', 'Microsoft.Resources/subscriptions/resourceGroups/read'],
    dataActions: ['Microsoft.Insights/Metrics/Write', 'Microsoft.Insights/Telemetry/Write'],
  },
]
