/* The maps of plain files that are being filled or read. */
#include "parts.h"

#include <stdlib.h>
#include <string.h>
#include "kiyya/hash.h"

#define PAGE_WORDS   (PLAIN_PAGE_BYTES / 8)
#define PAGES_ATONCE 16u /* of one transaction */

struct known_part {
	struct known_part *next;
	char *file;
	struct part *part; /* counted */
};

void parts_tidy(struct core *core)
{
	for (struct known_part **p = &core->parts, *k; (k = *p);) {
		if (part_is_shared(k->part)) {
			p = &k->next;
			continue;
		}
		*p = k->next;
		part_unref(k->part);
		free(k->file);
		free(k);
	}
}

static struct part *remember(struct core *core, const char *file, struct part *part)
{
	struct known_part *k = NEW(struct known_part);
	*k = (struct known_part){ core->parts, str_dup(file), part };
	core->parts = k;
	return part_ref(part);
}

struct part *parts_make(struct core *core, const char *file, uint64_t size, struct err *err)
{
	char id[PART_ID_SIZE];
	int64_t known = size == SOURCE_SIZE_UNKNOWN ? SIZE_UNKNOWN : (int64_t)size;
	random_hex(id, 16);
	parts_tidy(core);
	return store_plain_begin(core->store, file, id, known, err)
		   ? remember(core, file, part_new(id, size))
		   : NULL;
}

static void read_bits(const struct plain_row *r, struct chunkset *ret)
{
	for (size_t i = 0; i < r->n_bits; i++)
		for (unsigned bit = 0; bit < 8; bit++)
			if (r->bits[i] >> bit & 1)
				chunkset_add(ret, (uint64_t)i * 8 + bit, 1);
}

static struct part *in_memory(struct core *core, const char *file)
{
	for (struct known_part *k = core->parts; k; k = k->next)
		if (str_eq(k->file, file))
			return part_ref(k->part);
	return NULL;
}

struct part *parts_find(struct core *core, const char *file, struct err *err)
{
	struct plain_row row;
	struct chunkset safe = { 0 };
	parts_tidy(core);
	if (!store_plain_read(core->store, file, &row, err))
		return NULL;
	struct part *p = in_memory(core, file);
	if (!p && row.id[0])
		p = remember(core, file, part_new(row.id, SOURCE_SIZE_UNKNOWN));
	if (p && row.id[0]) {
		read_bits(&row, &safe);
		part_learn(p, row.size < 0 ? SOURCE_SIZE_UNKNOWN : (uint64_t)row.size, &safe);
		chunkset_release(&safe);
	}
	plain_row_release(&row);
	if (!p)
		err_set(err, ERR_NOT_FOUND, 0, "nobody knows what of %s is there", file);
	return p;
}

/* -- into the database --------------------------------------------------------------------------- */

static uint64_t word_of(const struct chunkset *s, size_t i)
{
	return i < s->n_words ? s->words[i] : 0;
}

static void write_page(const struct chunkset *s, size_t page, unsigned char *dst)
{
	for (size_t i = 0; i < PLAIN_PAGE_BYTES; i++)
		dst[i] = (unsigned char)(word_of(s, page * PAGE_WORDS + i / 8) >> (i % 8 * 8));
}

static bool page_differs(const struct chunkset *a, const struct chunkset *b, size_t page)
{
	for (size_t i = page * PAGE_WORDS; i < (page + 1) * PAGE_WORDS; i++)
		if (word_of(a, i) != word_of(b, i))
			return true;
	return false;
}

static bool keep_pages(struct core *core, const char *file, const struct chunkset *safe,
		       const struct chunkset *stored, struct err *err)
{
	unsigned char bits[PAGES_ATONCE][PLAIN_PAGE_BYTES];
	struct plain_page pages[PAGES_ATONCE];
	size_t n = 0, end = (safe->n_words + PAGE_WORDS - 1) / PAGE_WORDS;
	for (size_t page = 0; page < end; page++) {
		if (!page_differs(safe, stored, page))
			continue;
		write_page(safe, page, bits[n]);
		pages[n] = (struct plain_page){ (int64_t)page, bits[n] };
		if (++n < PAGES_ATONCE)
			continue;
		if (!store_plain_put(core->store, file, pages, n, err))
			return false;
		n = 0;
	}
	return !n || store_plain_put(core->store, file, pages, n, err);
}

bool parts_keep(struct core *core, const char *file, struct part *p, struct chunkset *stored,
		struct err *err)
{
	struct chunkset safe = { 0 };
	part_safe(p, &safe);
	bool ok = keep_pages(core, file, &safe, stored, err);
	if (ok) {
		chunkset_release(stored);
		*stored = safe;
	} else {
		chunkset_release(&safe);
	}
	return ok;
}
