"""Unmodified azure-identity and azure-keyvault-{keys,secrets,certificates}: one step a run, as its arguments say."""
import asyncio, base64, hashlib, os, sys
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import CertificateCredential, ClientSecretCredential, DefaultAzureCredential
from azure.keyvault.certificates import AdministratorContact, CertificateClient, CertificateContact, CertificatePolicy, LifetimeAction
from azure.keyvault.keys import KeyClient
from azure.keyvault.keys.crypto import CryptographyClient, EncryptionAlgorithm, KeyWrapAlgorithm, SignatureAlgorithm
from azure.keyvault.secrets import SecretClient
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

step, vault = sys.argv[1:3]
credential = DefaultAzureCredential()


def refused(status, done, *arguments):
    try:
        done(*arguments)
    except HttpResponseError as error:
        assert error.status_code == status, error
        return error
    raise SystemExit("done, but it should be refused")


def keys():
    client = KeyClient(vault, credential)
    key = client.create_rsa_key("py", size=2048)
    cryptography = CryptographyClient(key, credential)
    dek = os.urandom(32)
    wrapped = cryptography.wrap_key(KeyWrapAlgorithm.rsa_oaep_256, dek).encrypted_key
    assert cryptography.unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped).key == dek
    sealed = cryptography.encrypt(EncryptionAlgorithm.rsa_oaep, b"plain").ciphertext
    assert cryptography.decrypt(EncryptionAlgorithm.rsa_oaep, sealed).plaintext == b"plain"
    digest = hashlib.sha256(b"said").digest()
    signature = cryptography.sign(SignatureAlgorithm.ps256, digest).signature
    assert cryptography.verify(SignatureAlgorithm.ps256, digest, signature).is_valid
    rotated = client.rotate_key("py")
    assert rotated.id != key.id and CryptographyClient(key, credential).unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, wrapped).key == dek
    assert len(list(client.list_properties_of_key_versions("py"))) == 2
    client.begin_delete_key("py").result()
    client.begin_recover_deleted_key("py").wait()
    assert client.get_key("py").id == rotated.id


def secrets():
    client = SecretClient(vault, credential)
    first = client.set_secret("py", "first", content_type="text/plain", tags={"a": "b"})
    client.set_secret("py", "second")
    assert client.get_secret("py").value == "second"
    old = client.get_secret("py", first.properties.version)
    assert (old.value, old.properties.content_type, old.properties.tags) == ("first", "text/plain", {"a": "b"})
    assert not client.update_secret_properties("py", enabled=False).enabled
    refused(403, client.get_secret, "py")
    client.update_secret_properties("py", enabled=True)
    assert [one.name for one in client.list_properties_of_secrets()] == ["py"]
    backup = client.backup_secret("py")
    client.begin_delete_secret("py").wait()
    assert [one.name for one in client.list_deleted_secrets()] == ["py"]
    refused(404, client.get_secret, "py")
    client.purge_deleted_secret("py")
    client.restore_secret_backup(backup)
    assert client.get_secret("py").value == "second"


def certificates():
    client = CertificateClient(vault, credential)
    policy = CertificatePolicy("Self", subject="CN=py.example", san_dns_names=["py.example"], key_type="RSA", key_size=2048,
                               exportable=True, reuse_key=False, content_type="application/x-pkcs12", validity_in_months=12,
                               lifetime_actions=[LifetimeAction("AutoRenew", days_before_expiry=30)])
    made = client.begin_create_certificate("py-site", policy).result()
    leaf = x509.load_der_x509_certificate(bytes(made.cer))
    leaf.verify_directly_issued_by(leaf)
    assert leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName) == ["py.example"]
    bundle = base64.b64decode(SecretClient(vault, credential).get_secret("py-site").value)
    private, certificate, _ = pkcs12.load_key_and_certificates(bundle, None)
    assert certificate == leaf and private.public_key() == leaf.public_key()
    imported = client.import_certificate("brought", bundle)
    assert bytes(imported.cer) == bytes(made.cer)
    assert client.get_certificate_policy("py-site").lifetime_actions[0].days_before_expiry == 30
    client.set_contacts([CertificateContact(email="keys@example.com")])
    assert [one.email for one in client.get_contacts()] == ["keys@example.com"]
    client.delete_contacts()
    client.create_issuer("outside", "Test", admin_contacts=[AdministratorContact(email="ca@example.com")])
    assert client.get_issuer("outside").provider == "Test"
    client.delete_issuer("outside")
    client.begin_delete_certificate("py-site").wait()
    client.begin_recover_deleted_certificate("py-site").wait()
    assert client.get_certificate("py-site").properties.version == made.properties.version


def refusals():
    client = KeyClient(vault, credential)
    assert refused(403, client.create_rsa_key, "mine").error.code == "Forbidden"
    assert refused(403, SecretClient(vault, credential).get_secret, "py").error.code == "Forbidden"
    try:
        client.get_key("nowhere")
    except ResourceNotFoundError as error:
        assert error.error.code == "KeyNotFound", error


def credentials():
    tenant, login, robot, pem = os.environ["AZURE_TENANT_ID"], os.environ["AZURE_AUTHORITY_HOST"], *sys.argv[3:]
    by_certificate = CertificateCredential(tenant, robot, pem, authority=login, disable_instance_discovery=True)
    by_secret = ClientSecretCredential(tenant, os.environ["AZURE_CLIENT_ID"], os.environ["AZURE_CLIENT_SECRET"], authority=login,
                                       disable_instance_discovery=True)
    for each in (by_certificate, by_secret):
        assert KeyClient(vault, each).get_key("py").name == "py"


async def asynchronously():
    from azure.identity.aio import DefaultAzureCredential as Credential
    from azure.keyvault.secrets.aio import SecretClient as Client
    async with Credential() as who, Client(vault, who) as client:
        await client.set_secret("async", "value")
        assert (await client.get_secret("async")).value == "value"


if step == "asynchronous":
    asyncio.run(asynchronously())
else:
    {"keys": keys, "secrets": secrets, "certificates": certificates, "refusals": refusals, "credentials": credentials}[step]()
print(step)
