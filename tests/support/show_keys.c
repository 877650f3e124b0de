/* Prints the keys of a vault, which the program itself never does: for the test that looks for them in the memory of
 * running processes.
 *
 *	show_keys DATA_DIR [VAULT_FILE]     the passphrase, if one is needed, is the first line of standard input
 *
 * One line each, "NAME HEX": MK, WK, KEK of the slot that opens; with a file also K_content, K_mac, K_meta and FEK. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kiyya/path.h"
#include "kiyya/str.h"
#include "vault/header.h"
#include "vault/key.h"
#include "vault/keyring.h"
#include "vault/le.h"

static void show(const char *name, const unsigned char *key)
{
	char hex[2 * KYV_KEY + 1];
	hex_encode(hex, key, KYV_KEY);
	printf("%s %s\n", name, hex);
}

/* Written from the page of the format, beside the program's own. */
static bool show_kek(const struct ring *r, const char *word, const char *key_file)
{
	for (size_t i = 0; i < r->slots; i++) {
		const unsigned char *slot = r->raw + RING_HEAD + i * RING_SLOT;
		unsigned char kek[KYV_KEY], commit[KYV_KEY];
		struct buf file;
		if (slot[0] == RING_KEY_FILE && file_read_all(key_file, KYV_KEY, &file, NULL)) {
			memcpy(kek, file.data, KYV_KEY);
			buf_release(&file);
		} else if (slot[0] != RING_PASSPHRASE ||
			   crypto_pwhash(kek, KYV_KEY, word, strlen(word), slot + 16,
					 le_get(slot + 4, 4), (size_t)le_get(slot + 8, 8),
					 crypto_pwhash_ALG_ARGON2ID13) != 0) {
			continue;
		}
		key_derive(commit, kek, "kyr1 commit", slot, 32);
		if (memcmp(commit, slot + 32, KYV_KEY) != 0)
			continue;
		show("KEK", kek);
		return true;
	}
	return false;
}

static bool show_file(struct vault *v, struct secret *mk, const unsigned char *master,
		      const char *path, struct err *err)
{
	struct header h = { 0 };
	FILE *f = fopen(path, "re");
	if (!f)
		return err_sys(err, "%s", path);
	bool ok = header_load(v, fileno(f), &h, err);
	fclose(f);
	if (!ok)
		return false;
	const struct file_keys *keys = secret_use(h.keys, err);
	show("K_content", keys->content);
	show("K_mac", keys->mac);
	show("K_meta", keys->meta);
	secret_done(h.keys);
	unsigned char wk[KYV_KEY], fek[KYV_KEY], ad[KYV_CONST + KYV_ID];
	key_derive(wk, master, "kyv1 wrap", h.slot.master_id, KYV_ID);
	kyv_slot_const(&h.slot, ad);
	memcpy(ad + KYV_CONST, h.slot.master_id, KYV_ID);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(fek, NULL, NULL, h.slot.wrapped_key,
						       KYV_WRAPPED, ad, sizeof(ad),
						       h.slot.wrap_nonce, wk) != 0)
		return err_set(err, ERR_DAMAGED, 0, "the file key does not open");
	show("FEK", fek);
	header_release(&h);
	return true;
}

static bool run(const char *data, const char *file, struct err *err)
{
	char *keyring = path_join(data, "keyring"), *rings = path_join(data, "keyring.d"),
	     *vault = path_join(data, "vault"), *key = path_join(data, "key");
	char word[1026] = "";
	if (fgets(word, sizeof(word), stdin))
		word[strcspn(word, "\n")] = '\0';
	struct vault *v = vault_new(&(struct vault_paths){ vault, keyring, rings, key }, NULL, err);
	struct ring r;
	struct secret *mk = NULL;
	unsigned char wk[KYV_KEY], id[KYV_ID];
	bool ok = v && vault_unlock(v, *word ? word : NULL, strlen(word), NULL, err) &&
		  keyring_read(keyring, &r, err) && vault_master_key(v, NULL, id, &mk, err);
	const unsigned char *master = ok ? secret_use(mk, err) : NULL;
	if (master) {
		show("MK", master);
		key_derive(wk, master, "kyv1 wrap", id, KYV_ID);
		show("WK", wk);
		ok = (show_kek(&r, word, key) ||
		      err_set(err, ERR_LOCKED, 0, "no slot of the ring opens")) &&
		     (!file || show_file(v, mk, master, file, err));
		secret_done(mk);
	}
	secret_unref(mk);
	vault_free(v);
	free(keyring);
	free(rings);
	free(vault);
	free(key);
	return ok;
}

int main(int argc, char **argv)
{
	struct err err = { 0 };
	if (argc < 2) {
		fputs("show_keys DATA_DIR [VAULT_FILE]\n", stderr);
		return 2;
	}
	if (run(argv[1], argc > 2 ? argv[2] : NULL, &err))
		return 0;
	fprintf(stderr, "show_keys: %s\n", err.text);
	return 1;
}
