import { openMetrics, openMetricsType } from '#protocols/health/open-metrics.ts'
import { metricsOf, type Measured } from './metrics.ts'

export const exposition = (measured: Measured): { readonly type: string; readonly text: string } => ({
  type: openMetricsType,
  text: openMetrics(metricsOf(measured)),
})
