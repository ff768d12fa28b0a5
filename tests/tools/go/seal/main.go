// seal keeps a root key with the library that Vault's auto-unseal consists of: `seal shut FILE` makes one and wraps it, `seal open FILE` unwraps it.
package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"

	wrapping "github.com/hashicorp/go-kms-wrapping/v2"
	"github.com/hashicorp/go-kms-wrapping/wrappers/awskms/v2"
	"github.com/hashicorp/go-kms-wrapping/wrappers/azurekeyvault/v2"
	"google.golang.org/protobuf/proto"
)

func main() {
	ctx := context.Background()
	seal := sealOf()
	_, err := seal.SetConfig(ctx)
	check(err)
	switch os.Args[1] {
	case "shut":
		root := make([]byte, 32)
		_, err = rand.Read(root)
		check(err)
		blob, err := seal.Encrypt(ctx, root)
		check(err)
		kept, err := proto.Marshal(blob)
		check(err)
		check(os.WriteFile(os.Args[2], kept, 0o600))
		tell(root)
	case "open":
		kept, err := os.ReadFile(os.Args[2])
		check(err)
		blob := new(wrapping.BlobInfo)
		check(proto.Unmarshal(kept, blob))
		root, err := seal.Decrypt(ctx, blob)
		check(err)
		tell(root)
	}
}

// sealOf is by SEAL: a key of a vault, or one of an account.
func sealOf() wrapping.Wrapper {
	if os.Getenv("SEAL") == "awskms" {
		return awskms.NewWrapper()
	}
	return azurekeyvault.NewWrapper()
}

// tell shows which root key it is, not the key.
func tell(root []byte) { fmt.Printf("%x\n", sha256.Sum256(root)) }

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
