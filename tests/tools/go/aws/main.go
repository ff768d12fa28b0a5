// aws does with keys, grants, signatures and objects what a Go program does in an account: the default configuration of the SDK, nothing else set.
package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	settings, err := config.LoadDefaultConfig(ctx)
	check(err)
	for _, step := range os.Args[1:] {
		switch step {
		case "caller":
			caller(ctx, settings)
		case "envelopes":
			envelopes(ctx, settings)
		case "signatures":
			signatures(ctx, settings)
		case "grants":
			grants(ctx, settings)
		case "objects":
			objects(ctx, settings)
		case "refused":
			refused(ctx, settings)
		default:
			check(fmt.Errorf("no step %s", step))
		}
		fmt.Println(step)
	}
}

func caller(ctx context.Context, settings aws.Config) {
	who, err := sts.NewFromConfig(settings).GetCallerIdentity(ctx, nil)
	check(err)
	expect(*who.Account != "" && *who.Arn != "", "nobody")
}

func newKey(ctx context.Context, client *kms.Client, spec types.KeySpec, usage types.KeyUsageType) string {
	made, err := client.CreateKey(ctx, &kms.CreateKeyInput{KeySpec: spec, KeyUsage: usage})
	check(err)
	return *made.KeyMetadata.KeyId
}

func envelopes(ctx context.Context, settings aws.Config) {
	client := kms.NewFromConfig(settings)
	key := newKey(ctx, client, types.KeySpecSymmetricDefault, types.KeyUsageTypeEncryptDecrypt)
	alias := "alias/go-envelopes"
	_, err := client.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: &alias, TargetKeyId: &key})
	check(err)
	where := map[string]string{"file": "db-creds.yml"}
	sealed, err := client.Encrypt(ctx, &kms.EncryptInput{KeyId: &alias, Plaintext: []byte("plain"), EncryptionContext: where})
	check(err)
	opened, err := client.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: where})
	check(err)
	expect(string(opened.Plaintext) == "plain", "another plaintext")
	_, err = client.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: sealed.CiphertextBlob})
	var invalid *types.InvalidCiphertextException
	expect(errors.As(err, &invalid), "opens without its context")
	made, err := client.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{KeyId: &alias, KeySpec: types.DataKeySpecAes256, EncryptionContext: where})
	check(err)
	expect(len(made.Plaintext) == 32, "no key of 32 bytes")
	other := newKey(ctx, client, types.KeySpecSymmetricDefault, types.KeyUsageTypeEncryptDecrypt)
	moved, err := client.ReEncrypt(ctx, &kms.ReEncryptInput{CiphertextBlob: made.CiphertextBlob, SourceEncryptionContext: where, DestinationKeyId: &other})
	check(err)
	again, err := client.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: moved.CiphertextBlob, KeyId: &other})
	check(err)
	expect(bytes.Equal(again.Plaintext, made.Plaintext), "another data key")
	_, err = client.RotateKeyOnDemand(ctx, &kms.RotateKeyOnDemandInput{KeyId: &key})
	check(err)
	opened, err = client.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: where})
	check(err)
	expect(string(opened.Plaintext) == "plain", "lost by rotation")
}

func signatures(ctx context.Context, settings aws.Config) {
	client := kms.NewFromConfig(settings)
	key := newKey(ctx, client, types.KeySpecEccNistP256, types.KeyUsageTypeSignVerify)
	digest := sha256.Sum256([]byte("said"))
	signed, err := client.Sign(ctx, &kms.SignInput{KeyId: &key, Message: digest[:], MessageType: types.MessageTypeDigest, SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256})
	check(err)
	shown, err := client.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: &key})
	check(err)
	public, err := x509.ParsePKIXPublicKey(shown.PublicKey)
	check(err)
	expect(ecdsa.VerifyASN1(public.(*ecdsa.PublicKey), digest[:], signed.Signature), "crypto/ecdsa says no")
	verified, err := client.Verify(ctx, &kms.VerifyInput{KeyId: &key, Message: []byte("said"), Signature: signed.Signature, SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256})
	check(err)
	expect(verified.SignatureValid, "not valid")
	signed.Signature[len(signed.Signature)-1] ^= 1
	_, err = client.Verify(ctx, &kms.VerifyInput{KeyId: &key, Message: []byte("said"), Signature: signed.Signature, SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256})
	var invalid *types.KMSInvalidSignatureException
	expect(errors.As(err, &invalid), "a changed signature verifies")
	secret := newKey(ctx, client, types.KeySpecHmac256, types.KeyUsageTypeGenerateVerifyMac)
	code, err := client.GenerateMac(ctx, &kms.GenerateMacInput{KeyId: &secret, Message: []byte("said"), MacAlgorithm: types.MacAlgorithmSpecHmacSha256})
	check(err)
	valid, err := client.VerifyMac(ctx, &kms.VerifyMacInput{KeyId: &secret, Message: []byte("said"), Mac: code.Mac, MacAlgorithm: types.MacAlgorithmSpecHmacSha256})
	check(err)
	expect(valid.MacValid, "not its code")
}

func grants(ctx context.Context, settings aws.Config) {
	client := kms.NewFromConfig(settings)
	key := newKey(ctx, client, types.KeySpecSymmetricDefault, types.KeyUsageTypeEncryptDecrypt)
	who, err := sts.NewFromConfig(settings).GetCallerIdentity(ctx, nil)
	check(err)
	given, err := client.CreateGrant(ctx, &kms.CreateGrantInput{KeyId: &key, GranteePrincipal: who.Arn, Operations: []types.GrantOperation{types.GrantOperationDecrypt}})
	check(err)
	listed, err := client.ListGrants(ctx, &kms.ListGrantsInput{KeyId: &key})
	check(err)
	expect(len(listed.Grants) == 1 && *listed.Grants[0].GrantId == *given.GrantId, "not listed")
	_, err = client.RevokeGrant(ctx, &kms.RevokeGrantInput{KeyId: &key, GrantId: given.GrantId})
	check(err)
}

func objects(ctx context.Context, settings aws.Config) {
	client := s3.NewFromConfig(settings, func(o *s3.Options) { o.UsePathStyle = true })
	key := newKey(ctx, kms.NewFromConfig(settings), types.KeySpecSymmetricDefault, types.KeyUsageTypeEncryptDecrypt)
	bucket := "go-objects"
	place := &s3types.CreateBucketConfiguration{LocationConstraint: s3types.BucketLocationConstraint(settings.Region)}
	if settings.Region == "us-east-1" {
		place = nil
	}
	_, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket, CreateBucketConfiguration: place})
	check(err)
	body := make([]byte, 100_000)
	_, err = rand.Read(body)
	check(err)
	name := "folder/ä b"
	_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &name, Body: bytes.NewReader(body), ServerSideEncryption: s3types.ServerSideEncryptionAwsKms, SSEKMSKeyId: &key})
	check(err)
	got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &name, Range: aws.String("bytes=10-19")})
	check(err)
	part, err := io.ReadAll(got.Body)
	check(err)
	expect(bytes.Equal(part, body[10:20]) && got.ServerSideEncryption == s3types.ServerSideEncryptionAwsKms, "another range")
	_, err = client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: &name})
	check(err)
	_, err = client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &bucket})
	check(err)
}

func refused(ctx context.Context, settings aws.Config) {
	_, err := kms.NewFromConfig(settings).CreateKey(ctx, nil)
	var said smithy.APIError
	expect(errors.As(err, &said) && said.ErrorCode() == "AccessDeniedException", fmt.Sprint("not refused: ", err))
}

func expect(holds bool, otherwise string) {
	if !holds {
		check(errors.New(otherwise))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
