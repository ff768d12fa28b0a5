import { serviceAddress } from '#protocols/aws/service-address.ts'

/** The service by its names: `kms.{region}.{domain}`. */
export const kmsService = (domain: string) => ({ name: 'awskms', signing: 'kms', domain }) as const

export const kmsAddress = (domain: string) => serviceAddress(kmsService(domain))
