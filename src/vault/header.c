/* The header of an open file: choosing among two slots, and writing the next. */
#include "header.h"

#include <string.h>
#include <sys/stat.h>
#include "kiyya/str.h"
#include "key.h"

void header_release(struct header *h)
{
	meta_release(&h->meta);
	if (h->keys)
		secret_unpin(h->keys);
	secret_unref(h->keys);
	h->keys = NULL;
}

void header_info(const struct header *h, struct vault_info *ret)
{
	*ret = (struct vault_info){
		.size = h->slot.size,
		.chunks = h->slot.size == KYV_SIZE_UNKNOWN ? 0 : kyv_chunks(h->slot.size),
		.generation = h->slot.generation,
		.complete = h->slot.complete,
		.one_slot = h->one_slot,
		.created = (int64_t)h->slot.created,
		.meta = h->meta.known,
	};
	hex_encode(ret->file_id, h->slot.file_id, KYV_ID);
	hex_encode(ret->master_key_id, h->slot.master_id, KYV_ID);
}

/* -- reading ------------------------------------------------------------------- */

enum slot_state {
	SLOT_UNWRITTEN, /* all zero */
	SLOT_STRANGE,   /* not of this format, or of a version we do not know */
	SLOT_NO_KEY,    /* its ring is not open */
	SLOT_BAD,       /* its ring is open, but it does not verify */
	SLOT_GOOD,
};

/* One slot, as far as it could be read. */
struct candidate {
	enum slot_state state;
	bool misplaced; /* good, but where the other parity belongs */
	struct kyv_slot slot;
	struct secret *keys;
	size_t meta_len;
	char meta[KYV_META_MAX];
	struct err why; /* of all but good and unwritten ones */
};

static void candidate_release(struct candidate *c)
{
	secret_unref(c->keys);
	c->keys = NULL;
}

/* A file that ends early has zeros there. */
static bool read_slots(int fd, unsigned char raw[KYV_SLOTS][KYV_SLOT], struct err *err)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return err_sys(err, "looking at a vault file");
	size_t n = KYV_SLOTS * KYV_SLOT;
	memset(raw, 0, n);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_DAMAGED, 0, "this is not a vault file");
	if ((uint64_t)st.st_size < n)
		n = (size_t)st.st_size;
	return file_read_at(fd, raw, n, 0, err);
}

/* Fails with ERR_LOCKED only. */
static bool verify(struct candidate *c, const unsigned char raw[KYV_SLOT], struct err *err)
{
	const struct file_keys *keys = secret_use(c->keys, err);
	if (!keys)
		return false;
	c->state = SLOT_BAD;
	if (!slot_is_signed(keys, raw))
		err_set(&c->why, ERR_DAMAGED, 0, "the header is not what was written");
	else if (!slot_open_meta(keys, &c->slot, c->meta))
		err_set(&c->why, ERR_DAMAGED, 0, "the sealed metadata does not open");
	else
		c->state = SLOT_GOOD;
	secret_done(c->keys);
	return true;
}

/* Fails with ERR_LOCKED only: a vault that is locked between two slots must not make one of them
 * look bad. */
static bool examine(struct vault *v, const unsigned char raw[KYV_SLOT], unsigned which,
		    struct candidate *c, struct err *err)
{
	static const unsigned char zeros[KYV_SLOT];
	*c = (struct candidate){ .state = SLOT_STRANGE };
	if (memcmp(raw, zeros, KYV_SLOT) == 0)
		c->state = SLOT_UNWRITTEN;
	else if (kyv_slot_decode(raw, &c->slot, &c->why))
		c->state = SLOT_NO_KEY;
	if (c->state != SLOT_NO_KEY)
		return true;
	struct secret *mk;
	if (!vault_master_key(v, c->slot.master_id, NULL, &mk, &c->why))
		return err_set(err, ERR_LOCKED, 0, "%s", c->why.text);
	if (!mk)
		return true;
	c->keys = file_keys_open(v->chain, mk, &c->slot, &c->why);
	secret_unref(mk);
	if (!c->keys) {
		c->state = SLOT_BAD;
		return c->why.kind != ERR_LOCKED || err_set(err, ERR_LOCKED, 0, "%s", c->why.text);
	}
	c->misplaced = kyv_slot_of(c->slot.generation) != which;
	return verify(c, raw, err);
}

/* Why neither slot can be used, in the order of what helps most. */
static bool refuse(const struct candidate c[KYV_SLOTS], struct err *err)
{
	static const enum slot_state order[] = { SLOT_BAD, SLOT_NO_KEY, SLOT_STRANGE };
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (unsigned which = 0; which < KYV_SLOTS; which++)
			if (c[which].state == order[i])
				return err_set(err, c[which].why.kind, 0, "%s", c[which].why.text);
	return err_set(err, ERR_DAMAGED, 0, "this is not a vault file: its header is empty");
}

/* The good slot of the higher generation; damage when the slots contradict each other. */
static bool choose(struct candidate c[KYV_SLOTS], unsigned *ret, struct err *err)
{
	bool good[KYV_SLOTS];
	for (unsigned which = 0; which < KYV_SLOTS; which++) {
		good[which] = c[which].state == SLOT_GOOD;
		if (good[which] && c[which].misplaced)
			return err_set(err, ERR_DAMAGED, 0,
				       "a header slot lies in the wrong place");
	}
	if (!good[0] && !good[1])
		return refuse(c, err);
	unsigned char fixed[KYV_SLOTS][KYV_CONST];
	kyv_slot_const(&c[0].slot, fixed[0]);
	kyv_slot_const(&c[1].slot, fixed[1]);
	if (good[0] && good[1] && memcmp(fixed[0], fixed[1], KYV_CONST) != 0)
		return err_set(err, ERR_DAMAGED, 0, "the header slots are of two different files");
	*ret = !good[0] || (good[1] && c[1].slot.generation > c[0].slot.generation);
	return true;
}

bool header_load(struct vault *v, int fd, struct header *ret, struct err *err)
{
	unsigned char raw[KYV_SLOTS][KYV_SLOT];
	struct candidate c[KYV_SLOTS] = { 0 };
	unsigned newest = 0;
	bool ok = read_slots(fd, raw, err) && examine(v, raw[0], 0, &c[0], err) &&
		  examine(v, raw[1], 1, &c[1], err) && choose(c, &newest, err);
	if (ok) {
		struct candidate *best = &c[newest], *other = &c[!newest];
		/* Until the second commit there is no other slot. */
		bool young = other->state == SLOT_UNWRITTEN && best->slot.generation == 1;
		*ret = (struct header){
			.slot = best->slot,
			.keys = best->keys,
			.one_slot = other->state != SLOT_GOOD && !young,
			.both_complete = best->slot.complete && other->state == SLOT_GOOD &&
					 other->slot.complete,
		};
		best->keys = NULL;
		secret_pin(ret->keys);
		meta_parse(&ret->meta, best->meta, best->slot.meta_len);
	}
	candidate_release(&c[0]);
	candidate_release(&c[1]);
	return ok;
}

bool header_look_again(struct header *h, int fd)
{
	unsigned char raw[KYV_SLOTS][KYV_SLOT];
	if (!read_slots(fd, raw, NULL))
		return false;
	const struct file_keys *keys = secret_use(h->keys, NULL);
	if (!keys)
		return false;
	uint64_t before = h->slot.generation;
	unsigned char fixed[KYV_CONST];
	kyv_slot_const(&h->slot, fixed);
	for (unsigned which = 0; which < KYV_SLOTS; which++) {
		struct kyv_slot slot;
		if (memcmp(raw[which], fixed, KYV_CONST) != 0 ||
		    !kyv_slot_decode(raw[which], &slot, NULL) ||
		    !slot_is_signed(keys, raw[which]) || slot.generation <= h->slot.generation ||
		    kyv_slot_of(slot.generation) != which)
			continue;
		h->slot = slot;
	}
	secret_done(h->keys);
	return h->slot.generation != before;
}

/* -- writing ------------------------------------------------------------------- */

/* Seals what slot says, with this metadata, and puts it where its generation belongs. */
static bool write_slot(struct secret *secret, const struct vault_seams *seams, int fd,
		       struct kyv_slot *slot, const struct meta *meta, struct err *err)
{
	const struct file_keys *keys = secret_use(secret, err);
	if (!keys)
		return false;
	struct buf text;
	meta_print(meta, KYV_META_MAX, &text);
	slot->meta_len = text.len;
	slot_seal_meta(keys, &seams->chance, slot, text.data);
	unsigned char raw[KYV_SLOT];
	kyv_slot_encode(slot, raw);
	slot_sign(keys, raw);
	secret_done(secret);
	buf_release(&text);
	return file_write_at(seams->io, fd, raw, KYV_SLOT,
			     (uint64_t)kyv_slot_of(slot->generation) * KYV_SLOT, err) &&
	       file_sync(seams->io, fd, true, err);
}

bool header_create(struct vault *v, int fd, const struct vault_meta *meta, uint64_t size,
		   struct header *ret, struct err *err)
{
	const struct vault_seams *seams = &v->seams;
	int64_t now = clock_wall(seams->clock);
	*ret = (struct header){
		.slot = {
			.created = now < 0 ? 0 : (uint64_t)(now - now % 3600),
			.generation = 1,
			.size = size,
		},
		.meta = META_NONE,
	};
	struct secret *mk;
	if (!vault_master_key(v, NULL, ret->slot.master_id, &mk, err))
		return false;
	meta_set(&ret->meta, meta);
	chance_fill(&seams->chance, ret->slot.file_id, KYV_ID);
	ret->keys = file_keys_new(v->chain, mk, &seams->chance, &ret->slot, err);
	secret_unref(mk);
	if (ret->keys)
		secret_pin(ret->keys);
	if (ret->keys && write_slot(ret->keys, seams, fd, &ret->slot, &ret->meta, err))
		return true;
	header_release(ret);
	return false;
}

bool header_commit(struct header *h, const struct vault_seams *seams, int fd, uint64_t size,
		   bool complete, const struct meta *meta, struct err *err)
{
	struct kyv_slot next = h->slot;
	next.generation++;
	next.size = size;
	next.complete = complete;
	if (!write_slot(h->keys, seams, fd, &next, meta, err))
		return err_wrap(err, "writing a header");
	h->both_complete = complete && h->slot.complete;
	h->one_slot = false;
	h->slot = next;
	return true;
}
