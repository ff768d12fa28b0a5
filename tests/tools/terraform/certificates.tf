resource "azurerm_key_vault_certificate" "site" {
  name         = "site"
  key_vault_id = azurerm_key_vault.main.id

  certificate_policy {
    issuer_parameters {
      name = "Self"
    }
    key_properties {
      exportable = true
      key_type   = "EC"
      key_size   = 256
      curve      = "P-256"
      reuse_key  = false
    }
    secret_properties {
      content_type = "application/x-pkcs12"
    }
    lifetime_action {
      action {
        action_type = "AutoRenew"
      }
      trigger {
        days_before_expiry = 30
      }
    }
    x509_certificate_properties {
      subject            = "CN=site.example"
      validity_in_months = 12
      key_usage          = ["digitalSignature"]
      extended_key_usage = ["1.3.6.1.5.5.7.3.1"]
      subject_alternative_names {
        dns_names = ["site.example", "www.site.example"]
      }
    }
  }

  depends_on = [azurerm_role_assignment.administrator]
}
