/* Keys made from keys, the wrapped file key and the sealed metadata. */
#include "key.h"

#include <sodium.h>
#include <string.h>
#include "kiyya/mem.h"
#include "le.h"

_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == KYV_KEY, "key size");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == KYV_NONCE, "nonce size");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == KYV_TAG, "tag size");

void key_derive(unsigned char out[KYV_KEY], const unsigned char key[KYV_KEY], const char *context,
		const void *data, size_t n)
{
	unsigned char message[32 + KEY_DATA_MAX];
	size_t context_len = strlen(context) + 1;
	if (context_len > 32 || n > KEY_DATA_MAX)
		mem_die("a key derivation that is too long");
	memcpy(message, context, context_len);
	memcpy(message + context_len, data, n);
	crypto_generichash(out, KYV_KEY, message, context_len + n, key, KYV_KEY);
}

#define WRAP_AD (KYV_CONST + KYV_ID)
static void wrap_ad(const struct kyv_slot *slot, unsigned char ad[WRAP_AD])
{
	kyv_slot_const(slot, ad);
	memcpy(ad + KYV_CONST, slot->master_id, KYV_ID);
}

/* From the wrap key and the file key in the scratch, which is wiped. */
static void derive_all(struct file_keys *keys, const struct kyv_slot *slot)
{
	const unsigned char *fek = keys->scratch[1];
	unsigned char fixed[KYV_CONST];
	kyv_slot_const(slot, fixed);
	key_derive(keys->content, fek, "kyv1 content", fixed, KYV_CONST);
	key_derive(keys->mac, fek, "kyv1 mac", fixed, KYV_CONST);
	key_derive(keys->meta, fek, "kyv1 meta", fixed, KYV_CONST);
	sodium_memzero(keys->scratch, sizeof(keys->scratch));
}

/* A new guarded object, in use by the caller, with the wrap key in its scratch. */
static struct secret *with_wrap_key(struct keychain *chain, struct secret *mk,
				    const struct kyv_slot *slot, struct file_keys **ret_keys,
				    struct err *err)
{
	const unsigned char *master = secret_use(mk, err);
	if (!master)
		return NULL;
	void *bytes;
	struct secret *s = secret_new(chain, mk, sizeof(struct file_keys), &bytes);
	*ret_keys = bytes;
	key_derive((*ret_keys)->scratch[0], master, "kyv1 wrap", slot->master_id, KYV_ID);
	secret_done(mk);
	return s;
}

/* The file key in the scratch, under the wrap key there. */
static void wrap(const struct file_keys *keys, const struct chance *chance, struct kyv_slot *slot)
{
	unsigned char ad[WRAP_AD];
	wrap_ad(slot, ad);
	chance_fill(chance, slot->wrap_nonce, KYV_NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(slot->wrapped_key, NULL, keys->scratch[1],
						   KYV_KEY, ad, sizeof(ad), NULL, slot->wrap_nonce,
						   keys->scratch[0]);
}

static bool unwrap(struct file_keys *keys, const struct kyv_slot *slot, struct err *err)
{
	unsigned char ad[WRAP_AD];
	wrap_ad(slot, ad);
	return crypto_aead_xchacha20poly1305_ietf_decrypt(
		   keys->scratch[1], NULL, NULL, slot->wrapped_key, KYV_WRAPPED, ad, sizeof(ad),
		   slot->wrap_nonce, keys->scratch[0]) == 0 ||
	       err_set(err, ERR_DAMAGED, 0, "the wrapped file key does not open");
}

struct secret *file_keys_new(struct keychain *chain, struct secret *mk, const struct chance *chance,
			     struct kyv_slot *slot, struct err *err)
{
	struct file_keys *keys;
	struct secret *s = with_wrap_key(chain, mk, slot, &keys, err);
	if (!s)
		return NULL;
	chance_fill(chance, keys->scratch[1], KYV_KEY);
	wrap(keys, chance, slot);
	derive_all(keys, slot);
	secret_done(s);
	return s;
}

struct secret *file_keys_open(struct keychain *chain, struct secret *mk,
			      const struct kyv_slot *slot, struct err *err)
{
	struct file_keys *keys;
	struct secret *s = with_wrap_key(chain, mk, slot, &keys, err);
	if (!s)
		return NULL;
	bool ok = unwrap(keys, slot, err);
	if (ok)
		derive_all(keys, slot);
	secret_done(s);
	if (ok)
		return s;
	secret_unref(s);
	return NULL;
}

bool file_key_rewrap(struct keychain *chain, struct secret *from, struct secret *to,
		     const unsigned char to_id[KYV_ID], const struct chance *chance,
		     struct kyv_slot *slot, struct err *err)
{
	struct file_keys *keys;
	struct secret *s = with_wrap_key(chain, from, slot, &keys, err);
	if (!s)
		return false;
	const unsigned char *master = NULL;
	bool ok = unwrap(keys, slot, err) && (master = secret_use(to, err)) != NULL;
	if (ok) {
		memcpy(slot->master_id, to_id, KYV_ID);
		key_derive(keys->scratch[0], master, "kyv1 wrap", to_id, KYV_ID);
		secret_done(to);
		wrap(keys, chance, slot);
	}
	sodium_memzero(keys, sizeof(*keys));
	secret_done(s);
	secret_unref(s);
	return ok;
}

static void slot_mac(const struct file_keys *keys, const unsigned char raw[KYV_SLOT],
		     unsigned char mac[KYV_MAC])
{
	crypto_generichash(mac, KYV_MAC, raw, KYV_MACED, keys->mac, KYV_KEY);
}

void slot_sign(const struct file_keys *keys, unsigned char raw[KYV_SLOT])
{
	slot_mac(keys, raw, raw + KYV_MACED);
}

bool slot_is_signed(const struct file_keys *keys, const unsigned char raw[KYV_SLOT])
{
	unsigned char mac[KYV_MAC];
	slot_mac(keys, raw, mac);
	return sodium_memcmp(mac, raw + KYV_MACED, KYV_MAC) == 0;
}

#define META_AD (KYV_CONST + 8)
static void meta_ad(const struct kyv_slot *slot, unsigned char ad[META_AD])
{
	kyv_slot_const(slot, ad);
	le_put(ad + KYV_CONST, slot->generation, 8);
}

void slot_seal_meta(const struct file_keys *keys, const struct chance *chance,
		    struct kyv_slot *slot, const char *text)
{
	unsigned char ad[META_AD];
	meta_ad(slot, ad);
	chance_fill(chance, slot->meta_nonce, KYV_NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(slot->sealed_meta, NULL,
						   (const unsigned char *)text, slot->meta_len, ad,
						   sizeof(ad), NULL, slot->meta_nonce, keys->meta);
}

bool slot_open_meta(const struct file_keys *keys, const struct kyv_slot *slot,
		    char text[KYV_META_MAX])
{
	unsigned char ad[META_AD];
	meta_ad(slot, ad);
	return crypto_aead_xchacha20poly1305_ietf_decrypt(
		   (unsigned char *)text, NULL, NULL, slot->sealed_meta, slot->meta_len + KYV_TAG,
		   ad, sizeof(ad), slot->meta_nonce, keys->meta) == 0;
}
