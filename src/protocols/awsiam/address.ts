import { serviceAddress } from '#protocols/aws/service-address.ts'

/** The service by its names: `iam.{domain}`. */
export const iamService = (domain: string) => ({ name: 'awsiam', signing: 'iam', global: true, domain, refusesOwnSessions: true }) as const

export const iamAddress = (domain: string) => serviceAddress(iamService(domain))
