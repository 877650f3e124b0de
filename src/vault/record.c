/* One record: a chunk sealed at its place. */
#include "record.h"

#include <sodium.h>
#include <string.h>
#include "key.h"
#include "kiyya/file.h"
#include "le.h"

struct record_place record_place_of(const unsigned char file_id[KYV_ID], uint64_t size, uint64_t i)
{
	return (struct record_place){
		.file_id = file_id,
		.index = i,
		.len = size == KYV_SIZE_UNKNOWN ? VAULT_CHUNK : kyv_chunk_len(size, i),
		.last = kyv_is_last(size, i),
	};
}

#define RECORD_AD (KYV_ID + 8 + 1)
static void record_ad(const struct record_place *place, unsigned char ad[RECORD_AD])
{
	memcpy(ad, place->file_id, KYV_ID);
	le_put(ad + KYV_ID, place->index, 8);
	ad[KYV_ID + 8] = place->last;
}

/* XChaCha20-Poly1305 is ChaCha20-Poly1305 under a key made from the content key and the first 16
 * bytes of the nonce, with the other 8 as its own nonce (draft-irtf-cfrg-xchacha, 2.3). The content
 * key is in use only while that is made; what libcrypto gets opens this one record. */
struct record_key {
	unsigned char key[AEAD_KEY], nonce[AEAD_NONCE], ad[RECORD_AD];
};
static bool record_key_make(struct record_key *r, struct secret *keys,
			    const struct record_place *place, const unsigned char nonce[KYV_NONCE],
			    struct err *err)
{
	const struct file_keys *k = secret_use(keys, err);
	if (!k)
		return false;
	crypto_core_hchacha20(r->key, nonce, k->content, NULL);
	secret_done(keys);
	memset(r->nonce, 0, 4);
	memcpy(r->nonce + 4, nonce + crypto_core_hchacha20_INPUTBYTES, 8);
	if (place) /* which only sealing and judging need */
		record_ad(place, r->ad);
	return true;
}

static struct aead_under record_under(const struct record_key *r)
{
	return (struct aead_under){ r->key, r->nonce, r->ad, sizeof(r->ad) };
}

bool record_seal(struct record_tools tools, const struct chance *chance,
		 const struct record_place *place, const void *plain, unsigned char *record,
		 struct err *err)
{
	struct record_key key;
	do /* 24 zero bytes mean "not there"; chance does not give them, but nothing else says so */
		chance_fill(chance, record, KYV_NONCE);
	while (record_is_hole(record));
	if (!record_key_make(&key, tools.keys, place, record, err))
		return false;
	struct aead_under under = record_under(&key);
	aead_seal(tools.aead, &under, plain, place->len, RECORD_PLAIN(record));
	sodium_memzero(&key, sizeof(key));
	return true;
}

bool record_is_hole(const unsigned char *record)
{
	return sodium_is_zero(record, KYV_NONCE) == 1;
}

/* Of a record that is in memory. False: ERR_LOCKED. */
static bool record_open(struct record_tools tools, const struct record_place *place,
			const unsigned char *record, unsigned char *dst, bool *ret_opened,
			struct err *err)
{
	struct record_key key;
	if (!record_key_make(&key, tools.keys, place, record, err))
		return false;
	struct aead_under under = record_under(&key);
	*ret_opened = !record_is_hole(record) &&
		      aead_open(tools.aead, &under, RECORD_PLAIN(record), place->len, dst);
	sodium_memzero(&key, sizeof(key));
	return true;
}

/* False: ERR_IO. *ret_there false: the file ends before. */
static bool record_fetch(int fd, const struct record_place *place, unsigned char *record,
			 bool *ret_there, struct err *err)
{
	struct err why;
	*ret_there = file_read_at(fd, record, place->len + KYV_RECORD_EXTRA,
				  kyv_record_at(place->index), &why);
	if (*ret_there)
		return true;
	if (why.kind == ERR_DAMAGED)
		memset(record, 0, KYV_NONCE);
	else if (err)
		*err = why;
	return why.kind == ERR_DAMAGED;
}

bool record_read(int fd, struct record_tools tools, const struct record_place *place,
		 unsigned char *record, unsigned char *dst, bool *ret_opened, struct err *err)
{
	*ret_opened = false;
	bool there, ok = record_fetch(fd, place, record, &there, err);
	return ok && there ? record_open(tools, place, record, dst, ret_opened, err) : ok;
}

bool record_check(int fd, struct record_tools tools, const struct record_place *place,
		  unsigned char *record, bool *ret_good, struct err *err)
{
	*ret_good = false;
	bool there, ok = record_fetch(fd, place, record, &there, err);
	struct record_key key;
	if (!ok || !there || record_is_hole(record))
		return ok;
	if (!record_key_make(&key, tools.keys, place, record, err))
		return false;
	struct aead_under under = record_under(&key);
	*ret_good = aead_check(tools.aead, &under, RECORD_PLAIN(record), place->len);
	sodium_memzero(&key, sizeof(key));
	return true;
}

bool record_decipher(struct record_tools tools, unsigned char *record, size_t from, size_t to,
		     struct err *err)
{
	struct record_key key;
	if (!record_key_make(&key, tools.keys, NULL, record, err))
		return false;
	struct aead_under under = record_under(&key);
	unsigned char *at = RECORD_PLAIN(record) + from;
	aead_decipher(tools.aead, &under, from, at, to - from, at);
	sodium_memzero(&key, sizeof(key));
	return true;
}
