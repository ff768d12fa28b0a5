import { serviceAddress } from '#protocols/aws/service-address.ts'

/** The service by its names: `ec2.{region}.{domain}`. */
export const ec2Service = (domain: string) => ({ name: 'awsec2', signing: 'ec2', domain, presigned: true }) as const

export const ec2Address = (domain: string) => serviceAddress(ec2Service(domain))
