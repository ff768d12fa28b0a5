# The value is written and never kept: neither the plan nor the state holds it.
variable "password" {
  type      = string
  ephemeral = true
}

variable "password_version" {
  type    = number
  default = 1
}

resource "azurerm_key_vault_secret" "password" {
  name             = "password"
  key_vault_id     = azurerm_key_vault.main.id
  value_wo         = var.password
  value_wo_version = var.password_version
  content_type     = "text/plain"

  depends_on = [azurerm_role_assignment.administrator]
}

# Read for the length of a run, and written under another name.
ephemeral "azurerm_key_vault_secret" "password" {
  name         = azurerm_key_vault_secret.password.name
  key_vault_id = azurerm_key_vault.main.id
}

resource "azurerm_key_vault_secret" "copy" {
  name             = "copy"
  key_vault_id     = azurerm_key_vault.main.id
  value_wo         = ephemeral.azurerm_key_vault_secret.password.value
  value_wo_version = var.password_version
}
