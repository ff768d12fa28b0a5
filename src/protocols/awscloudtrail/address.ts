import { serviceAddress } from '#protocols/aws/service-address.ts'

/** The service by its names: `cloudtrail.{region}.{domain}`. */
export const cloudTrailService = (domain: string) => ({ name: 'awscloudtrail', signing: 'cloudtrail', domain }) as const

export const cloudTrailAddress = (domain: string) => serviceAddress(cloudTrailService(domain))
