"""Unmodified azure-identity and azure-keyvault-keys: credentials by environment and by certificate, every operation that a client has."""
import hashlib, os, sys, uuid
import requests
from azure.core.exceptions import HttpResponseError
from azure.identity import CertificateCredential, ClientSecretCredential, DefaultAzureCredential
from azure.keyvault.keys import KeyClient
from azure.keyvault.keys.crypto import CryptographyClient, EncryptionAlgorithm, KeyWrapAlgorithm, SignatureAlgorithm

management, suffix, group, location, robot, pem = sys.argv[1:]
login, tenant = os.environ["AZURE_AUTHORITY_HOST"], os.environ["AZURE_TENANT_ID"]
subscription, vault = os.environ["ARM_SUBSCRIPTION_ID"], "py" + uuid.uuid4().hex[:12]
credential = DefaultAzureCredential()


def arm(path: str, version: str, body: dict) -> dict:
    token = credential.get_token(f"{management}/.default").token
    answer = requests.put(f"{management}{path}", params={"api-version": version}, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert answer.status_code < 300, (answer.status_code, answer.text)
    return answer.json()


def assign(role: str, principal: str, scope: str) -> None:
    definition = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    arm(f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}", "2022-04-01",
        {"properties": {"roleDefinitionId": definition, "principalId": principal, "principalType": "ServicePrincipal"}})


scope = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults/{vault}"
arm(scope, "2022-07-01", {"location": location, "properties": {
    "tenantId": tenant, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}})
keys = KeyClient(f"https://{vault}{suffix}", credential)
try:
    keys.create_rsa_key("early")
    raise SystemExit("an owner without a data role made a key")
except HttpResponseError as refused:
    assert refused.status_code == 403 and refused.error.code == "Forbidden", refused

administrator = os.environ["KEYSTEAD_ADMINISTRATOR"]
assign("00482a5a-887f-4fb3-b363-3b7fe8e74483", administrator, scope)  # Key Vault Administrator
key = keys.create_rsa_key("cmk", size=2048)
cryptography = CryptographyClient(key, credential)
secret = os.urandom(32)
wrapped = cryptography.wrap_key(KeyWrapAlgorithm.rsa_oaep_256, secret).encrypted_key
assert cryptography.unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped).key == secret
sealed = cryptography.encrypt(EncryptionAlgorithm.rsa_oaep, b"plain").ciphertext
assert cryptography.decrypt(EncryptionAlgorithm.rsa_oaep, sealed).plaintext == b"plain"
digest = hashlib.sha256(b"said").digest()
signature = cryptography.sign(SignatureAlgorithm.ps256, digest).signature
assert cryptography.verify(SignatureAlgorithm.ps256, digest, signature).is_valid
rotated = keys.rotate_key("cmk")
assert rotated.id != key.id and CryptographyClient(key, credential).unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped).key == secret
assert len(list(keys.list_properties_of_key_versions("cmk"))) == 2
keys.begin_delete_key("cmk").result()
keys.begin_recover_deleted_key("cmk").wait()
assert keys.get_key("cmk").id == rotated.id

robot_id, robot_oid = robot.split(":")
assign("12338af0-0e69-4776-bea7-57ae8d297424", robot_oid, f"{scope}/keys/cmk")  # Key Vault Crypto User
by_certificate = CertificateCredential(tenant, robot_id, pem, authority=login, disable_instance_discovery=True)
robots = CryptographyClient(key.id, by_certificate)
assert robots.unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped).key == secret
by_secret = ClientSecretCredential(tenant, os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_CLIENT_SECRET"], authority=login,
                                   disable_instance_discovery=True)
assert KeyClient(f"https://{vault}{suffix}", by_secret).get_key("cmk").name == "cmk"
print("everything")
