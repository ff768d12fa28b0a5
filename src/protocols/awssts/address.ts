import { serviceAddress } from '#protocols/aws/service-address.ts'

/** The service by its names: `sts.{region}.{domain}`. */
export const stsService = (domain: string) => ({ name: 'awssts', signing: 'sts', domain, presigned: true }) as const

export const stsAddress = (domain: string) => serviceAddress(stsService(domain))
