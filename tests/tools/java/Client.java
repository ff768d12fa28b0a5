// Does with keys and secrets what a Java program does in Azure: azure-identity's default credential, nothing else set.
import com.azure.core.credential.TokenCredential;
import com.azure.core.exception.HttpResponseException;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.security.keyvault.keys.KeyClient;
import com.azure.security.keyvault.keys.KeyClientBuilder;
import com.azure.security.keyvault.keys.cryptography.CryptographyClient;
import com.azure.security.keyvault.keys.cryptography.CryptographyClientBuilder;
import com.azure.security.keyvault.keys.cryptography.models.EncryptionAlgorithm;
import com.azure.security.keyvault.keys.cryptography.models.KeyWrapAlgorithm;
import com.azure.security.keyvault.keys.cryptography.models.SignatureAlgorithm;
import com.azure.security.keyvault.keys.models.CreateRsaKeyOptions;
import com.azure.security.keyvault.keys.models.KeyVaultKey;
import com.azure.security.keyvault.secrets.SecretClient;
import com.azure.security.keyvault.secrets.SecretClientBuilder;
import com.azure.security.keyvault.secrets.models.KeyVaultSecret;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.Arrays;

public class Client {
    public static void main(String[] arguments) throws Exception {
        String vault = arguments[0];
        TokenCredential credential = new DefaultAzureCredentialBuilder().build();
        for (String step : Arrays.copyOfRange(arguments, 1, arguments.length)) {
            switch (step) {
                case "keys" -> keys(vault, credential);
                case "secrets" -> secrets(vault, credential);
                case "refused" -> refused(vault, credential);
                default -> throw new IllegalArgumentException(step);
            }
            System.out.println(step);
        }
        System.exit(0);
    }

    static void keys(String vault, TokenCredential credential) throws Exception {
        KeyClient keys = new KeyClientBuilder().vaultUrl(vault).credential(credential).buildClient();
        KeyVaultKey made = keys.createRsaKey(new CreateRsaKeyOptions("java").setKeySize(2048));
        CryptographyClient cryptography = new CryptographyClientBuilder().keyIdentifier(made.getId()).credential(credential).buildClient();

        byte[] dek = new byte[32];
        new SecureRandom().nextBytes(dek);
        byte[] wrapped = cryptography.wrapKey(KeyWrapAlgorithm.RSA_OAEP_256, dek).getEncryptedKey();
        must(Arrays.equals(cryptography.unwrapKey(KeyWrapAlgorithm.RSA_OAEP_256, wrapped).getKey(), dek), "unwrapped to something else");
        byte[] sealed = cryptography.encrypt(EncryptionAlgorithm.RSA_OAEP_256, "plain".getBytes()).getCipherText();
        must(new String(cryptography.decrypt(EncryptionAlgorithm.RSA_OAEP_256, sealed).getPlainText()).equals("plain"), "decrypted to something else");

        byte[] said = "said".getBytes();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(said);
        byte[] signature = cryptography.sign(SignatureAlgorithm.RS256, digest).getSignature();
        Signature byJava = Signature.getInstance("SHA256withRSA");
        byJava.initVerify(made.getKey().toRsa().getPublic());
        byJava.update(said);
        must(byJava.verify(signature), "Java does not verify it");

        must(!keys.rotateKey("java").getId().equals(made.getId()), "a rotation keeps its version");
        must(Arrays.equals(cryptography.unwrapKey(KeyWrapAlgorithm.RSA_OAEP_256, wrapped).getKey(), dek), "an old version no longer unwraps");
        must(keys.listPropertiesOfKeyVersions("java").stream().count() == 2, "two versions");
        keys.beginDeleteKey("java").waitForCompletion();
        keys.beginRecoverDeletedKey("java").waitForCompletion();
    }

    static void secrets(String vault, TokenCredential credential) {
        SecretClient secrets = new SecretClientBuilder().vaultUrl(vault).credential(credential).buildClient();
        KeyVaultSecret first = secrets.setSecret("java", "first");
        secrets.setSecret("java", "second");
        must(secrets.getSecret("java").getValue().equals("second"), "the latest");
        must(secrets.getSecret("java", first.getProperties().getVersion()).getValue().equals("first"), "by version");
        secrets.beginDeleteSecret("java").waitForCompletion();
        must(statusOf(() -> secrets.getSecret("java")) == 404, "a deleted secret is found");
        secrets.beginRecoverDeletedSecret("java").waitForCompletion();
        must(secrets.getSecret("java").getValue().equals("second"), "recovered");
    }

    /** A key may be used by whom may use it, and not made. */
    static void refused(String vault, TokenCredential credential) {
        KeyClient keys = new KeyClientBuilder().vaultUrl(vault).credential(credential).buildClient();
        must(statusOf(() -> keys.createRsaKey(new CreateRsaKeyOptions("mine"))) == 403, "a user of keys makes one");
        keys.getKey("java");
    }

    static int statusOf(Runnable asked) {
        try {
            asked.run();
            return 200;
        } catch (HttpResponseException refused) {
            return refused.getResponse().getStatusCode();
        }
    }

    static void must(boolean holds, String what) {
        if (!holds) throw new IllegalStateException(what);
    }
}
