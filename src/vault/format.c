/* The container's bytes: geometry and header slots. */
#include "format.h"

#include <string.h>
#include "le.h"

static const unsigned char magic[8] = { 'K', 'Y', 'V', 'A', 'U', 'L', 'T', '1' };

enum { SUITE_XCHACHA20_POLY1305 = 1, CHUNK_LOG2 = 16 };

/* Where the fields of a slot lie. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 8,
	AT_SLOT_LEN = 10,
	AT_SUITE = 12,
	AT_CHUNK_LOG2 = 13,
	AT_ZERO_1 = 14,
	AT_FILE_ID = 16,
	AT_CREATED = 32,
	AT_GENERATION = 40,
	AT_STATE = 48,
	AT_ZERO_2 = 49,
	AT_SIZE = 56,
	AT_MASTER_ID = 64,
	AT_WRAP_NONCE = 80,
	AT_WRAPPED = 104,
	AT_META_NONCE = 152,
	AT_META_LEN = 176,
	AT_ZERO_3 = 178,
	AT_META = 184,
};
_Static_assert(AT_META + KYV_SEALED_META_MAX == KYV_MACED, "the metadata reaches to the MAC");
_Static_assert(VAULT_CHUNK == 1u << CHUNK_LOG2, "the chunk is what the header says");

uint64_t kyv_chunks(uint64_t size)
{
	return size == 0 ? 1 : (size - 1) / VAULT_CHUNK + 1;
}

size_t kyv_chunk_len(uint64_t size, uint64_t i)
{
	uint64_t rest = size - i * VAULT_CHUNK;
	return rest < VAULT_CHUNK ? (size_t)rest : VAULT_CHUNK;
}

uint64_t kyv_record_at(uint64_t i)
{
	return KYV_RECORDS_AT + i * KYV_RECORD;
}

uint64_t kyv_file_len(uint64_t size)
{
	return KYV_RECORDS_AT + kyv_chunks(size) * KYV_RECORD_EXTRA + size;
}

bool kyv_is_last(uint64_t size, uint64_t i)
{
	return size != KYV_SIZE_UNKNOWN && i == kyv_chunks(size) - 1;
}

unsigned kyv_slot_of(uint64_t generation)
{
	return generation % 2 == 1 ? 0 : 1;
}

void kyv_slot_const(const struct kyv_slot *slot, unsigned char out[KYV_CONST])
{
	memset(out, 0, KYV_CONST);
	memcpy(out + AT_MAGIC, magic, sizeof(magic));
	le_put(out + AT_VERSION, KYV_VERSION, 2);
	le_put(out + AT_SLOT_LEN, KYV_SLOT, 2);
	out[AT_SUITE] = SUITE_XCHACHA20_POLY1305;
	out[AT_CHUNK_LOG2] = CHUNK_LOG2;
	memcpy(out + AT_FILE_ID, slot->file_id, KYV_ID);
	le_put(out + AT_CREATED, slot->created, 8);
}

void kyv_slot_encode(const struct kyv_slot *slot, unsigned char raw[KYV_SLOT])
{
	memset(raw, 0, KYV_SLOT);
	kyv_slot_const(slot, raw);
	le_put(raw + AT_GENERATION, slot->generation, 8);
	raw[AT_STATE] = slot->complete;
	le_put(raw + AT_SIZE, slot->size, 8);
	memcpy(raw + AT_MASTER_ID, slot->master_id, KYV_ID);
	memcpy(raw + AT_WRAP_NONCE, slot->wrap_nonce, KYV_NONCE);
	memcpy(raw + AT_WRAPPED, slot->wrapped_key, KYV_WRAPPED);
	memcpy(raw + AT_META_NONCE, slot->meta_nonce, KYV_NONCE);
	le_put(raw + AT_META_LEN, slot->meta_len, 2);
	memcpy(raw + AT_META, slot->sealed_meta, slot->meta_len + KYV_TAG);
}

bool kyv_slot_has_magic(const unsigned char raw[KYV_SLOT])
{
	return memcmp(raw + AT_MAGIC, magic, sizeof(magic)) == 0;
}

static bool is_zero(const unsigned char *p, size_t n)
{
	while (n > 0 && p[n - 1] == 0)
		n--;
	return n == 0;
}

/* The bytes that tell which format this is. */
static bool decode_kind(const unsigned char raw[KYV_SLOT], struct err *err)
{
	if (!kyv_slot_has_magic(raw))
		return err_set(err, ERR_DAMAGED, 0, "this is not a vault file");
	unsigned version = (unsigned)le_get(raw + AT_VERSION, 2);
	if (version != KYV_VERSION)
		return err_set(err, ERR_DAMAGED, 0,
			       "version %u of the vault format: this kiyya reads version %d",
			       version, KYV_VERSION);
	if (le_get(raw + AT_SLOT_LEN, 2) != KYV_SLOT)
		return err_set(err, ERR_DAMAGED, 0, "the header has a length that no version uses");
	if (raw[AT_SUITE] != SUITE_XCHACHA20_POLY1305)
		return err_set(err, ERR_DAMAGED, 0, "unknown cipher suite %u", raw[AT_SUITE]);
	if (raw[AT_CHUNK_LOG2] != CHUNK_LOG2)
		return err_set(err, ERR_DAMAGED, 0, "unknown chunk size 2^%u", raw[AT_CHUNK_LOG2]);
	return true;
}

bool kyv_slot_decode(const unsigned char raw[KYV_SLOT], struct kyv_slot *ret, struct err *err)
{
	if (!decode_kind(raw, err))
		return false;
	size_t meta_len = (size_t)le_get(raw + AT_META_LEN, 2);
	if (meta_len > KYV_META_MAX)
		return err_set(err, ERR_DAMAGED, 0, "the header's metadata is too long");
	size_t meta_end = AT_META + meta_len + KYV_TAG;
	if (!is_zero(raw + AT_ZERO_1, AT_FILE_ID - AT_ZERO_1) ||
	    !is_zero(raw + AT_ZERO_2, AT_SIZE - AT_ZERO_2) ||
	    !is_zero(raw + AT_ZERO_3, AT_META - AT_ZERO_3) ||
	    !is_zero(raw + meta_end, KYV_MACED - meta_end))
		return err_set(err, ERR_DAMAGED, 0, "reserved bytes of the header are not zero");
	if (raw[AT_STATE] > 1)
		return err_set(err, ERR_DAMAGED, 0, "unknown state %u", raw[AT_STATE]);
	bool complete = raw[AT_STATE] == 1;
	uint64_t size = le_get(raw + AT_SIZE, 8);
	if (size >= KYV_SIZE_END && (size != KYV_SIZE_UNKNOWN || complete))
		return err_set(err, ERR_DAMAGED, 0, "the header has an impossible size");
	uint64_t generation = le_get(raw + AT_GENERATION, 8);
	if (generation == 0)
		return err_set(err, ERR_DAMAGED, 0, "the header has generation 0");

	*ret = (struct kyv_slot){
		.created = le_get(raw + AT_CREATED, 8),
		.generation = generation,
		.size = size,
		.complete = complete,
		.meta_len = meta_len,
	};
	memcpy(ret->file_id, raw + AT_FILE_ID, KYV_ID);
	memcpy(ret->master_id, raw + AT_MASTER_ID, KYV_ID);
	memcpy(ret->wrap_nonce, raw + AT_WRAP_NONCE, KYV_NONCE);
	memcpy(ret->wrapped_key, raw + AT_WRAPPED, KYV_WRAPPED);
	memcpy(ret->meta_nonce, raw + AT_META_NONCE, KYV_NONCE);
	memcpy(ret->sealed_meta, raw + AT_META, meta_len + KYV_TAG);
	return true;
}
