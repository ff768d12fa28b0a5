# What is told, and read again: of either kind of key.
variable "told" { type = string }

resource "terraform_data" "told" {
  input = var.told
}

output "told" {
  value = terraform_data.told.output
}
