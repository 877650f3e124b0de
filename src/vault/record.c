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

bool record_seal(struct secret *keys, const struct chance *chance, const struct record_place *place,
		 const void *plain, unsigned char *record, struct err *err)
{
	const struct file_keys *k = secret_use(keys, err);
	if (!k)
		return false;
	unsigned char ad[RECORD_AD];
	record_ad(place, ad);
	do /* 24 zero bytes mean "not there"; chance does not give them, but nothing else says so */
		chance_fill(chance, record, KYV_NONCE);
	while (record_is_hole(record));
	crypto_aead_xchacha20poly1305_ietf_encrypt(RECORD_PLAIN(record), NULL, plain, place->len,
						   ad, sizeof(ad), NULL, record, k->content);
	secret_done(keys);
	return true;
}

bool record_is_hole(const unsigned char *record)
{
	return sodium_is_zero(record, KYV_NONCE) == 1;
}

bool record_read(int fd, struct secret *keys, const struct record_place *place,
		 unsigned char *record, unsigned char *dst, bool *ret_opened, struct err *err)
{
	struct err why;
	if (!file_read_at(fd, record, place->len + KYV_RECORD_EXTRA, kyv_record_at(place->index),
			  &why)) {
		*ret_opened = false;
		if (why.kind == ERR_DAMAGED) /* the file ends before */
			memset(record, 0, KYV_NONCE);
		else if (err)
			*err = why;
		return why.kind == ERR_DAMAGED;
	}
	const struct file_keys *k = secret_use(keys, err);
	if (!k)
		return false;
	unsigned char ad[RECORD_AD];
	record_ad(place, ad);
	*ret_opened = !record_is_hole(record) &&
		      crypto_aead_xchacha20poly1305_ietf_decrypt(
			  dst, NULL, NULL, RECORD_PLAIN(record), place->len + KYV_TAG, ad,
			  sizeof(ad), record, k->content) == 0;
	secret_done(keys);
	return true;
}
