/** What may be done with volumes of accounts, and the action of their policies that allows it. */
export const volumePermissions = {
  'volume.create': { account: 'ec2:CreateVolume' },
  'volume.describe': { account: 'ec2:DescribeVolumes' },
  'volume.delete': { account: 'ec2:DeleteVolume' },
  'volume.attach': { account: 'ec2:AttachVolume' },
  'volume.detach': { account: 'ec2:DetachVolume' },
  'volume.tag': { account: 'ec2:CreateTags' },
  'snapshot.create': { account: 'ec2:CreateSnapshot' },
  'snapshot.copy': { account: 'ec2:CopySnapshot' },
  'snapshot.describe': { account: 'ec2:DescribeSnapshots' },
  'snapshot.delete': { account: 'ec2:DeleteSnapshot' },
  'volumeDefaults.readEncryption': { account: 'ec2:GetEbsEncryptionByDefault' },
  'volumeDefaults.enableEncryption': { account: 'ec2:EnableEbsEncryptionByDefault' },
  'volumeDefaults.disableEncryption': { account: 'ec2:DisableEbsEncryptionByDefault' },
  'volumeDefaults.readKey': { account: 'ec2:GetEbsDefaultKmsKeyId' },
  'volumeDefaults.writeKey': { account: 'ec2:ModifyEbsDefaultKmsKeyId' },
  'volumeDefaults.resetKey': { account: 'ec2:ResetEbsDefaultKmsKeyId' },
} as const
