"""Unmodified boto3, the AWS Encryption SDK and the S3 Encryption Client: one step a run, as its arguments say."""
import base64, os, sys, time
import boto3
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding

kms = boto3.client("kms")
region = kms.meta.region_name
elsewhere = "eu-west-1" if region != "eu-west-1" else "us-west-2"
made = lambda **options: kms.create_key(**options)["KeyMetadata"]
new = lambda **options: made(**options)["KeyId"]


def refused(code, call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return
    raise SystemExit(f"done, but it should be refused with {code}")


def keys():
    key = made(Description="first", Tags=[{"TagKey": "a", "TagValue": "b"}])
    name = key["KeyId"]
    assert kms.describe_key(KeyId=key["Arn"])["KeyMetadata"] == key
    assert name in [one["KeyId"] for page in kms.get_paginator("list_keys").paginate() for one in page["Keys"]]
    kms.update_key_description(KeyId=name, Description="second")
    kms.disable_key(KeyId=name)
    refused("DisabledException", kms.encrypt, KeyId=name, Plaintext=b"x")
    kms.enable_key(KeyId=name)
    kms.encrypt(KeyId=name, Plaintext=b"x")
    assert kms.get_key_last_usage(KeyId=name)["KeyLastUsage"]["Operation"] == "Encrypt"
    kms.tag_resource(KeyId=name, Tags=[{"TagKey": "c", "TagValue": "d"}])
    kms.untag_resource(KeyId=name, TagKeys=["a"])
    assert kms.list_resource_tags(KeyId=name)["Tags"] == [{"TagKey": "c", "TagValue": "d"}]
    policy = kms.get_key_policy(KeyId=name, PolicyName="default")["Policy"]
    kms.put_key_policy(KeyId=name, PolicyName="default", Policy=policy)
    assert kms.list_key_policies(KeyId=name)["PolicyNames"] == ["default"]


def aliases():
    first, second = new(), new()
    kms.create_alias(AliasName="alias/python", TargetKeyId=first)
    sealed = kms.encrypt(KeyId="alias/python", Plaintext=b"x")["CiphertextBlob"]
    kms.update_alias(AliasName="alias/python", TargetKeyId=second)
    assert [one["TargetKeyId"] for page in kms.get_paginator("list_aliases").paginate() for one in page["Aliases"] if one["AliasName"] == "alias/python"] == [second]
    assert kms.decrypt(CiphertextBlob=sealed)["KeyId"].endswith(first)
    kms.delete_alias(AliasName="alias/python")


def envelopes():
    key, other, where = new(), new(), {"file": "db-creds.yml", "ä": "ö"}
    sealed = kms.encrypt(KeyId=key, Plaintext=b"plain", EncryptionContext=where)["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed, EncryptionContext=where)["Plaintext"] == b"plain"
    refused("InvalidCiphertextException", kms.decrypt, CiphertextBlob=sealed)
    refused("IncorrectKeyException", kms.decrypt, CiphertextBlob=sealed, EncryptionContext=where, KeyId=other)
    refused("DryRunOperationException", kms.decrypt, CiphertextBlob=sealed, EncryptionContext=where, DryRun=True)
    moved = kms.re_encrypt(CiphertextBlob=sealed, SourceEncryptionContext=where, DestinationKeyId=other)["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=moved)["Plaintext"] == b"plain"
    data = kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert kms.decrypt(CiphertextBlob=data["CiphertextBlob"])["Plaintext"] == data["Plaintext"] and len(data["Plaintext"]) == 32
    wrapped = kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=64)
    assert len(kms.decrypt(CiphertextBlob=wrapped["CiphertextBlob"])["Plaintext"]) == 64 and "Plaintext" not in wrapped
    pair = kms.generate_data_key_pair(KeyId=key, KeyPairSpec="ECC_NIST_P256")
    assert serialization.load_der_private_key(pair["PrivateKeyPlaintext"], None).public_key() == serialization.load_der_public_key(pair["PublicKey"])
    hidden = kms.generate_data_key_pair_without_plaintext(KeyId=key, KeyPairSpec="ECC_NIST_EDWARDS25519")
    assert serialization.load_der_private_key(kms.decrypt(CiphertextBlob=hidden["PrivateKeyCiphertextBlob"])["Plaintext"], None)
    assert kms.generate_random(NumberOfBytes=32)["Plaintext"] != kms.generate_random(NumberOfBytes=32)["Plaintext"]


def signatures():
    key = new(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    signature = kms.sign(KeyId=key, Message=b"said", SigningAlgorithm="RSASSA_PSS_SHA_256")["Signature"]
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    public.verify(signature, b"said", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    assert kms.verify(KeyId=key, Message=b"said", Signature=signature, SigningAlgorithm="RSASSA_PSS_SHA_256")["SignatureValid"]
    refused("KMSInvalidSignatureException", kms.verify, KeyId=key, Message=b"unsaid", Signature=signature, SigningAlgorithm="RSASSA_PSS_SHA_256")
    for spec, algorithm in (("ECC_SECG_P256K1", "ECDSA_SHA_256"), ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512"), ("ML_DSA_65", "ML_DSA_SHAKE_256")):
        key = new(KeySpec=spec, KeyUsage="SIGN_VERIFY")
        signature = kms.sign(KeyId=key, Message=b"said", SigningAlgorithm=algorithm)["Signature"]
        assert kms.verify(KeyId=key, Message=b"said", Signature=signature, SigningAlgorithm=algorithm)["SignatureValid"], spec


def codes():
    key = new(KeySpec="HMAC_384", KeyUsage="GENERATE_VERIFY_MAC")
    code = kms.generate_mac(KeyId=key, Message=b"said", MacAlgorithm="HMAC_SHA_384")["Mac"]
    assert len(code) == 48 and kms.verify_mac(KeyId=key, Message=b"said", Mac=code, MacAlgorithm="HMAC_SHA_384")["MacValid"]
    refused("KMSInvalidMacException", kms.verify_mac, KeyId=key, Message=b"unsaid", Mac=code, MacAlgorithm="HMAC_SHA_384")


def agreements():
    key, partner = new(KeySpec="ECC_NIST_P384", KeyUsage="KEY_AGREEMENT"), ec.generate_private_key(ec.SECP384R1())
    own = partner.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    shared = kms.derive_shared_secret(KeyId=key, KeyAgreementAlgorithm="ECDH", PublicKey=own)["SharedSecret"]
    assert shared == partner.exchange(ec.ECDH(), serialization.load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"]))
    key = new(KeySpec="ML_KEM_768", KeyUsage="ENCAPSULATE_DECAPSULATE")
    sent = kms.encapsulate(KeyId=key, EncapsulationAlgorithm="ML_KEM")
    opened = kms.decapsulate(KeyId=key, EncapsulationAlgorithm="ML_KEM", SharedSecretCiphertextBlob=sent["SharedSecretCiphertextBlob"])
    assert opened["SharedSecret"] == sent["SharedSecret"] and len(sent["SharedSecret"]) == 32


def rotation():
    key = new()
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 90
    kms.rotate_key_on_demand(KeyId=key)
    until(lambda: len(kms.list_key_rotations(KeyId=key)["Rotations"]) == 1)
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"
    kms.disable_key_rotation(KeyId=key)


def grants():
    key, me = new(), boto3.client("sts").get_caller_identity()["Arn"]
    given = kms.create_grant(KeyId=key, GranteePrincipal=me, RetiringPrincipal=me, Operations=["Decrypt", "DescribeKey"], Constraints={"EncryptionContextSubset": {"a": "b"}})
    assert [one["GrantId"] for one in kms.list_grants(KeyId=key)["Grants"]] == [given["GrantId"]]
    assert given["GrantId"] in [one["GrantId"] for one in kms.list_retirable_grants(RetiringPrincipal=me)["Grants"]]
    kms.retire_grant(GrantToken=given["GrantToken"])
    given = kms.create_grant(KeyId=key, GranteePrincipal=me, Operations=["Decrypt"])
    kms.revoke_grant(KeyId=key, GrantId=given["GrantId"])
    assert kms.list_grants(KeyId=key)["Grants"] == []


def importing():
    key, material = new(Origin="EXTERNAL"), os.urandom(32)
    asked = kms.get_parameters_for_import(KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_4096")
    public = serialization.load_der_public_key(asked["PublicKey"])
    wrapped = public.encrypt(material, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    bring = lambda: kms.import_key_material(KeyId=key, ImportToken=asked["ImportToken"], EncryptedKeyMaterial=wrapped, ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE")
    bring()
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.delete_imported_key_material(KeyId=key)
    refused("KMSInvalidStateException", kms.decrypt, CiphertextBlob=sealed)
    bring()
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"


def regions():
    key = made(MultiRegion=True)["KeyId"]
    there = boto3.client("kms", region_name=elsewhere)
    kms.replicate_key(KeyId=key, ReplicaRegion=elsewhere)
    until(lambda: there.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled")
    assert there.decrypt(CiphertextBlob=kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"])["Plaintext"] == b"x"
    kms.update_primary_region(KeyId=key, PrimaryRegion=elsewhere)
    until(lambda: there.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY")


def stores():
    name = {"CustomKeyStoreId": "cks-0123456789abcdef0"}
    refused("CloudHsmClusterNotFoundException", kms.create_custom_key_store, CustomKeyStoreName="token", CloudHsmClusterId="cluster-abcdefghijk", TrustAnchorCertificate="x", KeyStorePassword="secretsecret")
    assert kms.describe_custom_key_stores()["CustomKeyStores"] == []
    for call, more in ((kms.connect_custom_key_store, {}), (kms.disconnect_custom_key_store, {}), (kms.update_custom_key_store, {"NewCustomKeyStoreName": "other"}), (kms.delete_custom_key_store, {})):
        refused("CustomKeyStoreNotFoundException", call, **name, **more)


def deletion():
    key = new()
    assert kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)["KeyState"] == "PendingDeletion"
    refused("KMSInvalidStateException", kms.encrypt, KeyId=key, Plaintext=b"x")
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"


def refusals():
    refused("AccessDeniedException", kms.create_key)
    refused("AccessDeniedException", kms.list_keys)
    refused("AccessDeniedException", kms.describe_key, KeyId=sys.argv[2])
    refused("AccessDeniedException", kms.decrypt, CiphertextBlob=base64.b64decode(sys.argv[3]))


def encryption_sdk():
    import aws_encryption_sdk
    client = aws_encryption_sdk.EncryptionSDKClient()
    keys = aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(key_ids=[made()["Arn"]])
    sealed, _ = client.encrypt(source=b"plain" * 1000, key_provider=keys, encryption_context={"purpose": "test"})
    opened, header = client.decrypt(source=sealed, key_provider=keys)
    assert opened == b"plain" * 1000 and header.encryption_context["purpose"] == "test"


def encryption_client():
    from s3_encryption import S3EncryptionClient, S3EncryptionClientConfig
    from s3_encryption.materials.kms_keyring import KmsKeyring
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="python-sealed", **({} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}))
    client = S3EncryptionClient(s3, S3EncryptionClientConfig(KmsKeyring(kms, made()["Arn"])))
    client.put_object(Bucket="python-sealed", Key="o", Body=b"plain")
    assert client.get_object(Bucket="python-sealed", Key="o")["Body"].read() == b"plain"
    assert b"plain" not in boto3.client("s3").get_object(Bucket="python-sealed", Key="o")["Body"].read()


def until(done):
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end, "not in a minute"
        time.sleep(0.2)


globals()[sys.argv[1]]()
print(sys.argv[1])
