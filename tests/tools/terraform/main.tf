terraform {
  required_version = ">= 1.11"
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "5.2.0"
    }
  }
}

provider "azurerm" {
  features {}
}

variable "location" { type = string }
variable "disk_gb" {
  type    = number
  default = 4
}

data "azurerm_client_config" "current" {}

resource "azurerm_resource_group" "main" {
  name     = "terraform"
  location = var.location
}

# A disk encryption set asks for purge protection of the vault that its key is in.
resource "azurerm_key_vault" "main" {
  name                       = "kv-terraform"
  resource_group_name        = azurerm_resource_group.main.name
  location                   = azurerm_resource_group.main.location
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  sku_name                   = "premium"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
  soft_delete_retention_days = 7
}

# Nothing of it is reachable over the network; without purge protection the provider purges it when it is destroyed.
resource "azurerm_key_vault" "closed" {
  name                          = "kv-closed"
  resource_group_name           = azurerm_resource_group.main.name
  location                      = azurerm_resource_group.main.location
  tenant_id                     = data.azurerm_client_config.current.tenant_id
  sku_name                      = "standard"
  rbac_authorization_enabled    = true
  public_network_access_enabled = false
  soft_delete_retention_days    = 7

  network_acls {
    bypass         = "AzureServices"
    default_action = "Deny"
    ip_rules       = ["203.0.113.0/24"]
  }
}

# Owning a vault gives no right to what is in it.
resource "azurerm_role_assignment" "administrator" {
  scope                = azurerm_key_vault.main.id
  role_definition_name = "Key Vault Administrator"
  principal_id         = data.azurerm_client_config.current.object_id
}

resource "azurerm_key_vault_key" "cmk" {
  name         = "cmk"
  key_vault_id = azurerm_key_vault.main.id
  key_type     = "RSA"
  key_size     = 3072
  key_opts     = ["wrapKey", "unwrapKey"]

  rotation_policy {
    automatic {
      time_before_expiry = "P30D"
    }
    expire_after         = "P90D"
    notify_before_expiry = "P29D"
  }

  depends_on = [azurerm_role_assignment.administrator]
}

resource "azurerm_disk_encryption_set" "main" {
  name                      = "des"
  resource_group_name       = azurerm_resource_group.main.name
  location                  = azurerm_resource_group.main.location
  key_vault_key_id          = azurerm_key_vault_key.cmk.versionless_id
  auto_key_rotation_enabled = true

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_role_assignment" "set" {
  scope                = azurerm_key_vault.main.id
  role_definition_name = "Key Vault Crypto Service Encryption User"
  principal_id         = azurerm_disk_encryption_set.main.identity[0].principal_id
}

resource "azurerm_managed_disk" "data" {
  name                   = "data"
  resource_group_name    = azurerm_resource_group.main.name
  location               = azurerm_resource_group.main.location
  storage_account_type   = "Premium_LRS"
  create_option          = "Empty"
  disk_size_gb           = var.disk_gb
  disk_encryption_set_id = azurerm_disk_encryption_set.main.id

  depends_on = [azurerm_role_assignment.set]
}

output "key" {
  value = azurerm_key_vault_key.cmk.id
}
