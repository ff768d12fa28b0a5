terraform {
  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "3.9.0"
    }
  }
}

provider "azuread" {}

variable "title" {
  default = "shop"
}

data "azuread_client_config" "current" {}

resource "azuread_application" "shop" {
  display_name     = var.title
  owners           = [data.azuread_client_config.current.object_id]
  sign_in_audience = "AzureADMyOrg"

  api {
    requested_access_token_version = 2

    oauth2_permission_scope {
      id                         = "96183846-204b-4b43-82e1-5d2222eb4b9b"
      admin_consent_description  = "Orders of the shop"
      admin_consent_display_name = "Orders"
      enabled                    = true
      type                       = "Admin"
      value                      = "orders.read"
    }
  }

  app_role {
    allowed_member_types = ["Application"]
    description          = "Reads orders"
    display_name         = "Reader"
    enabled              = true
    id                   = "1b19509b-32b1-4e9f-b71d-4992aa991967"
    value                = "orders.read.all"
  }

  web {
    redirect_uris = ["https://shop.example/signed-in"]
  }
}

resource "azuread_service_principal" "shop" {
  client_id                    = azuread_application.shop.client_id
  app_role_assignment_required = false
  owners                       = [data.azuread_client_config.current.object_id]
}

resource "azuread_application_password" "shop" {
  application_id = azuread_application.shop.id
  display_name   = "deploy"
}

resource "azuread_service_principal_password" "shop" {
  service_principal_id = azuread_service_principal.shop.id
}

resource "azuread_application_federated_identity_credential" "ci" {
  application_id = azuread_application.shop.id
  display_name   = "continuous-integration"
  audiences      = ["api://AzureADTokenExchange"]
  issuer         = "https://token.actions.example"
  subject        = "repo:shop/shop:ref:refs/heads/main"
}

resource "azuread_group" "operators" {
  display_name     = "operators of ${var.title}"
  security_enabled = true
  owners           = [data.azuread_client_config.current.object_id]
}

resource "azuread_group_member" "shop" {
  group_object_id  = azuread_group.operators.object_id
  member_object_id = azuread_service_principal.shop.object_id
}

output "client_id" {
  value = azuread_application.shop.client_id
}

output "password" {
  value     = azuread_application_password.shop.value
  sensitive = true
}
