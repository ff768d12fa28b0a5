// client does with keys, secrets and certificates what a Go program does in Azure: azidentity's default credential, nothing else set.
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azcertificates"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	vault := os.Args[1]
	credential, err := azidentity.NewDefaultAzureCredential(nil)
	check(err)
	for _, step := range os.Args[2:] {
		switch step {
		case "keys":
			keys(ctx, vault, credential)
		case "secrets":
			secrets(ctx, vault, credential)
		case "certificates":
			certificates(ctx, vault, credential)
		case "refused":
			refused(ctx, vault, credential)
		default:
			check(fmt.Errorf("no step %s", step))
		}
		fmt.Println(step)
	}
}

func keys(ctx context.Context, vault string, credential azcore.TokenCredential) {
	client, err := azkeys.NewClient(vault, credential, nil)
	check(err)
	made, err := client.CreateKey(ctx, "go", azkeys.CreateKeyParameters{Kty: to.Ptr(azkeys.KeyTypeRSA), KeySize: to.Ptr[int32](2048)}, nil)
	check(err)
	id := *made.Key.KID

	dek := make([]byte, 32)
	_, err = rand.Read(dek)
	check(err)
	wrap := azkeys.EncryptionAlgorithmRSAOAEP256
	wrapped, err := client.WrapKey(ctx, "go", id.Version(), azkeys.KeyOperationParameters{Algorithm: &wrap, Value: dek}, nil)
	check(err)

	said := sha256.Sum256([]byte("said"))
	sign := azkeys.SignatureAlgorithmPS256
	signed, err := client.Sign(ctx, "go", "", azkeys.SignParameters{Algorithm: &sign, Value: said[:]}, nil)
	check(err)
	public := rsa.PublicKey{N: new(big.Int).SetBytes(made.Key.N), E: int(new(big.Int).SetBytes(made.Key.E).Int64())}
	check(rsa.VerifyPSS(&public, crypto.SHA256, said[:], signed.Result, &rsa.PSSOptions{SaltLength: 32}))

	rotated, err := client.RotateKey(ctx, "go", nil)
	check(err)
	must(rotated.Key.KID.Version() != id.Version(), "a rotation keeps its version")
	opened, err := client.UnwrapKey(ctx, "go", id.Version(), azkeys.KeyOperationParameters{Algorithm: &wrap, Value: wrapped.Result}, nil)
	check(err)
	must(bytes.Equal(opened.Result, dek), "unwrapped to something else")

	versions := 0
	for pager := client.NewListKeyPropertiesVersionsPager("go", nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		check(err)
		versions += len(page.Value)
	}
	must(versions == 2, "two versions")
}

func secrets(ctx context.Context, vault string, credential azcore.TokenCredential) {
	client, err := azsecrets.NewClient(vault, credential, nil)
	check(err)
	set, err := client.SetSecret(ctx, "go", azsecrets.SetSecretParameters{Value: to.Ptr("first"), ContentType: to.Ptr("text/plain")}, nil)
	check(err)
	_, err = client.SetSecret(ctx, "go", azsecrets.SetSecretParameters{Value: to.Ptr("second")}, nil)
	check(err)
	latest, err := client.GetSecret(ctx, "go", "", nil)
	check(err)
	first, err := client.GetSecret(ctx, "go", set.ID.Version(), nil)
	check(err)
	must(*latest.Value == "second" && *first.Value == "first" && *first.ContentType == "text/plain", "values by version")
	_, err = client.DeleteSecret(ctx, "go", nil)
	check(err)
	_, err = client.GetSecret(ctx, "go", "", nil)
	must(statusOf(err) == 404, "a deleted secret is found")
	_, err = client.RecoverDeletedSecret(ctx, "go", nil)
	check(err)
}

func certificates(ctx context.Context, vault string, credential azcore.TokenCredential) {
	client, err := azcertificates.NewClient(vault, credential, nil)
	check(err)
	_, err = client.CreateCertificate(ctx, "go-site", azcertificates.CreateCertificateParameters{CertificatePolicy: &azcertificates.CertificatePolicy{
		IssuerParameters:          &azcertificates.IssuerParameters{Name: to.Ptr("Self")},
		KeyProperties:             &azcertificates.KeyProperties{KeyType: to.Ptr(azcertificates.KeyTypeEC), Curve: to.Ptr(azcertificates.CurveNameP256), Exportable: to.Ptr(true)},
		X509CertificateProperties: &azcertificates.X509CertificateProperties{Subject: to.Ptr("CN=go.example"), ValidityInMonths: to.Ptr[int32](12)},
	}}, nil)
	check(err)
	for {
		pending, err := client.GetCertificateOperation(ctx, "go-site", nil)
		check(err)
		if *pending.Status != "inProgress" {
			must(*pending.Status == "completed", *pending.Status)
			break
		}
		select {
		case <-ctx.Done():
			check(ctx.Err())
		case <-time.After(time.Second):
		}
	}
	got, err := client.GetCertificate(ctx, "go-site", "", nil)
	check(err)
	leaf, err := x509.ParseCertificate(got.CER)
	check(err)
	must(leaf.Subject.CommonName == "go.example", leaf.Subject.String())
	check(leaf.CheckSignature(leaf.SignatureAlgorithm, leaf.RawTBSCertificate, leaf.Signature))
	must(strings.HasPrefix(string(*got.SID), vault+"/secrets/go-site/"), "its secret")
}

// refused: a key may be used by whom may use it, and not made, read as a secret or opened under another algorithm's name.
func refused(ctx context.Context, vault string, credential azcore.TokenCredential) {
	client, err := azkeys.NewClient(vault, credential, nil)
	check(err)
	_, err = client.CreateKey(ctx, "mine", azkeys.CreateKeyParameters{Kty: to.Ptr(azkeys.KeyTypeRSA)}, nil)
	must(statusOf(err) == 403, "a user of keys makes one")
	_, err = client.GetKey(ctx, "go", "", nil)
	check(err)
}

func statusOf(err error) int {
	var answer *azcore.ResponseError
	if errors.As(err, &answer) {
		return answer.StatusCode
	}
	return 0
}

func must(holds bool, what string) {
	if !holds {
		check(errors.New(what))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
