# Nothing of the state or a plan leaves this machine's memory but under a key of the account.
variable "key" { type = string }
variable "region" { type = string }

terraform {
  encryption {
    key_provider "aws_kms" "account" {
      kms_key_id = var.key
      region     = var.region
      key_spec   = "AES_256"
    }

    method "aes_gcm" "account" {
      keys = key_provider.aws_kms.account
    }

    state {
      method   = method.aes_gcm.account
      enforced = true
    }

    plan {
      method   = method.aes_gcm.account
      enforced = true
    }
  }
}
