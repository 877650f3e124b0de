/* A keyring's bytes: parse, open, make. */
#include "ring.h"

#include <sodium.h>
#include <string.h>
#include "kiyya/mem.h"
#include "key.h"
#include "le.h"

static const unsigned char magic[8] = { 'K', 'Y', 'R', 'I', 'N', 'G', '0', '1' };

enum { RING_VERSION = 1, KDF_NONE = 0, KDF_ARGON2ID13 = 1 };

/* Where the fields of the head and of a slot lie. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 8,
	AT_SLOTS = 10,
	AT_ZERO = 12,
	AT_MASTER_ID = 16,
	AT_RING_ID = 32,
};
enum {
	SLOT_TYPE = 0,
	SLOT_KDF = 1,
	SLOT_ZERO_1 = 2,
	SLOT_OPS = 4,
	SLOT_MEM = 8,
	SLOT_SALT = 16,
	SLOT_COMMIT = 32,
	SLOT_NONCE = 64,
	SLOT_WRAPPED = 88,
	SLOT_CHECK = 136,
	SLOT_ZERO_2 = 152,
};
enum { SALT_LEN = 16, COMMIT_LEN = 32, CHECK_LEN = 16 };
_Static_assert(crypto_pwhash_argon2id_SALTBYTES == SALT_LEN, "salt size");

size_t ring_len(const struct ring *r)
{
	return RING_HEAD + r->slots * RING_SLOT + RING_HASH;
}

const unsigned char *ring_master_id(const struct ring *r)
{
	return r->raw + AT_MASTER_ID;
}

const unsigned char *ring_id(const struct ring *r)
{
	return r->raw + AT_RING_ID;
}

static const unsigned char *slot_at(const struct ring *r, size_t slot)
{
	return r->raw + RING_HEAD + slot * RING_SLOT;
}

enum ring_slot_type ring_slot_type(const struct ring *r, size_t slot)
{
	return (enum ring_slot_type)slot_at(r, slot)[SLOT_TYPE];
}

bool ring_has(const struct ring *r, enum ring_slot_type type)
{
	for (size_t i = 0; i < r->slots; i++)
		if (ring_slot_type(r, i) == type)
			return true;
	return false;
}

static void slot_check(const unsigned char *slot, unsigned char check[CHECK_LEN])
{
	crypto_generichash(check, CHECK_LEN, slot, SLOT_CHECK, NULL, 0);
}

static bool parse_slot(const unsigned char *slot, struct err *err)
{
	unsigned char check[CHECK_LEN];
	slot_check(slot, check);
	if (memcmp(check, slot + SLOT_CHECK, CHECK_LEN) != 0)
		return err_set(err, ERR_DAMAGED, 0, "the keyring is damaged: a slot has changed");
	unsigned type = slot[SLOT_TYPE];
	if (type < RING_PASSPHRASE || type > RING_SECRET_SERVICE)
		return err_set(err, ERR_DAMAGED, 0, "the keyring has a slot of unknown type %u",
			       type);
	if (le_get(slot + SLOT_ZERO_1, 2) != 0 || le_get(slot + SLOT_ZERO_2, 8) != 0)
		return err_set(err, ERR_DAMAGED, 0, "reserved bytes of the keyring are not zero");
	uint64_t ops = le_get(slot + SLOT_OPS, 4), mem = le_get(slot + SLOT_MEM, 8);
	if (type != RING_PASSPHRASE) {
		if (slot[SLOT_KDF] != KDF_NONE || ops != 0 || mem != 0)
			return err_set(err, ERR_DAMAGED, 0,
				       "the keyring has a slot that is no slot");
		return true;
	}
	if (slot[SLOT_KDF] != KDF_ARGON2ID13)
		return err_set(err, ERR_DAMAGED, 0,
			       "the keyring asks for the unknown derivation %u", slot[SLOT_KDF]);
	if (ops < crypto_pwhash_argon2id_OPSLIMIT_MIN || ops > RING_OPS_MAX ||
	    mem < crypto_pwhash_argon2id_MEMLIMIT_MIN || mem > RING_MEM_MAX)
		return err_set(err, ERR_DAMAGED, 0,
			       "the keyring asks for %llu passes over %llu bytes: over our limits",
			       (unsigned long long)ops, (unsigned long long)mem);
	return true;
}

bool ring_parse(const void *bytes, size_t n, struct ring *ret, struct err *err)
{
	const unsigned char *raw = bytes;
	if (n < RING_HEAD || memcmp(raw + AT_MAGIC, magic, sizeof(magic)) != 0)
		return err_set(err, ERR_DAMAGED, 0, "this is not a keyring");
	unsigned version = (unsigned)le_get(raw + AT_VERSION, 2);
	if (version != RING_VERSION)
		return err_set(err, ERR_DAMAGED, 0,
			       "version %u of the keyring: this kiyya reads version %d", version,
			       RING_VERSION);
	size_t slots = (size_t)le_get(raw + AT_SLOTS, 2);
	if (slots == 0 || slots > RING_SLOTS_MAX || le_get(raw + AT_ZERO, 4) != 0 ||
	    n != RING_HEAD + slots * RING_SLOT + RING_HASH)
		return err_set(err, ERR_DAMAGED, 0, "the keyring is damaged: its length is wrong");
	for (size_t i = 0; i < slots; i++)
		if (!parse_slot(raw + RING_HEAD + i * RING_SLOT, err))
			return false;
	memcpy(ret->raw, raw, n);
	ret->slots = slots;
	return true;
}

/* The key of a slot, guarded: Argon2id of a passphrase, or the key file's bytes. */
static struct secret *slot_kek(const unsigned char *slot, struct keychain *chain,
			       const struct ring_opener *opener, struct err *err)
{
	void *bytes;
	struct secret *kek = secret_new(chain, NULL, KYV_KEY, &bytes);
	bool ok = true;
	if (opener->type != RING_PASSPHRASE)
		memcpy(bytes, opener->bytes, KYV_KEY);
	else if (crypto_pwhash(bytes, KYV_KEY, opener->bytes, opener->n, slot + SLOT_SALT,
			       le_get(slot + SLOT_OPS, 4), (size_t)le_get(slot + SLOT_MEM, 8),
			       crypto_pwhash_ALG_ARGON2ID13) != 0)
		ok = err_set(err, ERR_LIMIT, 0, "no memory for the passphrase: %llu MiB are needed",
			     (unsigned long long)(le_get(slot + SLOT_MEM, 8) >> 20));
	secret_done(kek);
	if (ok)
		return kek;
	secret_unref(kek);
	return NULL;
}

static void slot_commit(const unsigned char *slot, const unsigned char *kek,
			unsigned char commit[COMMIT_LEN])
{
	key_derive(commit, kek, "kyr1 commit", slot, SLOT_COMMIT);
}

#define WRAP_AD (8 + 2 + KYV_ID + KYV_ID + SLOT_NONCE)
static void wrap_ad(const struct ring *r, const unsigned char *slot, unsigned char ad[WRAP_AD])
{
	memcpy(ad, r->raw, AT_SLOTS); /* magic, version */
	memcpy(ad + AT_SLOTS, r->raw + AT_MASTER_ID, 2 * KYV_ID);
	memcpy(ad + AT_SLOTS + 2 * KYV_ID, slot, SLOT_NONCE);
}

static void ring_hash(const struct ring *r, const unsigned char *mk, unsigned char hash[RING_HASH])
{
	crypto_generichash(hash, RING_HASH, r->raw, ring_len(r) - RING_HASH, mk, KYV_KEY);
}

/* *ret stays NULL when the opener is not this slot's. */
static bool open_slot(const struct ring *r, const unsigned char *slot, struct keychain *chain,
		      const struct ring_opener *opener, struct secret **ret, struct err *err)
{
	struct secret *kek = slot_kek(slot, chain, opener, err);
	const unsigned char *key = kek ? secret_use(kek, err) : NULL;
	if (!key) {
		secret_unref(kek);
		return false;
	}
	bool ok = true;
	unsigned char commit[COMMIT_LEN];
	slot_commit(slot, key, commit);
	if (sodium_memcmp(commit, slot + SLOT_COMMIT, COMMIT_LEN) == 0) {
		void *mk;
		struct secret *s = secret_new(chain, kek, KYV_KEY, &mk);
		unsigned char ad[WRAP_AD], hash[RING_HASH];
		wrap_ad(r, slot, ad);
		ok = crypto_aead_xchacha20poly1305_ietf_decrypt(mk, NULL, NULL, slot + SLOT_WRAPPED,
								KYV_WRAPPED, ad, sizeof(ad),
								slot + SLOT_NONCE, key) == 0;
		if (ok) {
			ring_hash(r, mk, hash);
			ok = sodium_memcmp(hash, r->raw + ring_len(r) - RING_HASH, RING_HASH) == 0;
		}
		secret_done(s);
		if (ok)
			*ret = s;
		else
			secret_unref(s);
	}
	secret_done(kek);
	secret_unref(kek);
	return ok ||
	       err_set(err, ERR_DAMAGED, 0, "the keyring is damaged: it does not hold together");
}

struct secret *ring_open(const struct ring *r, struct keychain *chain,
			 const struct ring_opener *opener, size_t *ret_slot, struct err *err)
{
	for (size_t i = 0; i < r->slots; i++) {
		if (ring_slot_type(r, i) != opener->type)
			continue;
		struct secret *mk = NULL;
		if (!open_slot(r, slot_at(r, i), chain, opener, &mk, err))
			return NULL;
		if (mk && ret_slot)
			*ret_slot = i;
		if (mk)
			return mk;
	}
	err_set(err, ERR_LOCKED, 0,
		opener->type == RING_PASSPHRASE ? "wrong passphrase"
						: "the key file does not belong to this keyring");
	return NULL;
}

bool ring_is_of(const struct ring *r, struct secret *mk)
{
	unsigned char hash[RING_HASH];
	const unsigned char *key = secret_use(mk, NULL);
	if (!key)
		return false;
	ring_hash(r, key, hash);
	secret_done(mk);
	return sodium_memcmp(hash, r->raw + ring_len(r) - RING_HASH, RING_HASH) == 0;
}

void ring_init_for(struct ring *r, const unsigned char master_id[KYV_ID],
		   const struct chance *chance)
{
	*r = (struct ring){ 0 };
	memcpy(r->raw + AT_MAGIC, magic, sizeof(magic));
	le_put(r->raw + AT_VERSION, RING_VERSION, 2);
	memcpy(r->raw + AT_MASTER_ID, master_id, KYV_ID);
	chance_fill(chance, r->raw + AT_RING_ID, KYV_ID);
}

void ring_init(struct ring *r, const struct chance *chance)
{
	unsigned char master_id[KYV_ID];
	chance_fill(chance, master_id, KYV_ID);
	ring_init_for(r, master_id, chance);
}

void ring_drop_slot(struct ring *r, size_t slot)
{
	unsigned char *at = r->raw + RING_HEAD + slot * RING_SLOT;
	memmove(at, at + RING_SLOT, (--r->slots - slot) * RING_SLOT);
	le_put(r->raw + AT_SLOTS, r->slots, 2);
}

bool ring_add_slot(struct ring *r, struct keychain *chain, struct secret *mk,
		   const struct ring_opener *opener, struct ring_cost cost,
		   const struct chance *chance, struct err *err)
{
	if (r->slots == RING_SLOTS_MAX)
		return err_set(err, ERR_LIMIT, 0, "a keyring has at most %d slots", RING_SLOTS_MAX);
	unsigned char slot[RING_SLOT] = { [SLOT_TYPE] = (unsigned char)opener->type };
	slot[SLOT_KDF] = opener->type == RING_PASSPHRASE ? KDF_ARGON2ID13 : KDF_NONE;
	le_put(slot + SLOT_OPS, cost.ops, 4);
	le_put(slot + SLOT_MEM, cost.mem, 8);
	chance_fill(chance, slot + SLOT_SALT, SALT_LEN);
	struct secret *kek = slot_kek(slot, chain, opener, err);
	if (!kek)
		return false;
	bool ok = false;
	const unsigned char *key = secret_use(kek, err);
	const unsigned char *master = key ? secret_use(mk, err) : NULL;
	if (master) {
		unsigned char ad[WRAP_AD];
		slot_commit(slot, key, slot + SLOT_COMMIT);
		chance_fill(chance, slot + SLOT_NONCE, KYV_NONCE);
		wrap_ad(r, slot, ad);
		crypto_aead_xchacha20poly1305_ietf_encrypt(slot + SLOT_WRAPPED, NULL, master,
							   KYV_KEY, ad, sizeof(ad), NULL,
							   slot + SLOT_NONCE, key);
		slot_check(slot, slot + SLOT_CHECK);
		memcpy(r->raw + RING_HEAD + r->slots * RING_SLOT, slot, RING_SLOT);
		le_put(r->raw + AT_SLOTS, ++r->slots, 2);
		secret_done(mk);
		ok = true;
	}
	if (key)
		secret_done(kek);
	secret_unref(kek);
	return ok;
}

bool ring_close(struct ring *r, struct secret *mk, struct err *err)
{
	const unsigned char *key = secret_use(mk, err);
	if (!key)
		return false;
	ring_hash(r, key, r->raw + ring_len(r) - RING_HASH);
	secret_done(mk);
	return true;
}
