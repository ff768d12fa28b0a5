# Nothing of the state or a plan leaves this machine's memory but under a key of the vault.
variable "vault_uri" { type = string }

terraform {
  encryption {
    key_provider "azure_vault" "vault" {
      vault_uri      = var.vault_uri
      vault_key_name = "state"
      key_length     = 32
    }

    method "aes_gcm" "vault" {
      keys = key_provider.azure_vault.vault
    }

    state {
      method   = method.aes_gcm.vault
      enforced = true
    }

    plan {
      method   = method.aes_gcm.vault
      enforced = true
    }
  }
}
