/* Key names to codes and back. */
#include "keys.h"

#include <string.h>
#include "kiyya/str.h"

static const struct {
	const char *name;
	uint32_t code;
} named[] = {
#define X(NAME, name, code) { name, code },
	NAMED_KEYS(X)
#undef X
};

#define N_NAMED (sizeof(named) / sizeof(named[0]))

/* The one code point that s consists of; 0 if it is another number of them. */
static uint32_t decode_one(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t need = u[0] < 0x80 ? 1 : u[0] < 0xc2 ? 0 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	if (need == 0 || need != len || u[0] > 0xf4)
		return 0;
	if (need == 1)
		return u[0];
	uint32_t c = u[0] & (0xffu >> (need + 1));
	for (size_t i = 1; i < need; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3f);
	}
	return c;
}

bool key_parse(const char *s, size_t len, uint32_t *ret)
{
	if (len == 0)
		return false;
	if (len == 2 && s[0] == '^' && s[1] >= '@' && s[1] <= '_') {
		*ret = K_CTRL(s[1]);
		return true;
	}
	if (len > 2 && s[0] == '<' && s[len - 1] == '>') {
		for (size_t i = 0; i < N_NAMED; i++) {
			if (strlen(named[i].name) == len - 2 &&
			    strncmp(named[i].name, s + 1, len - 2) == 0) {
				*ret = named[i].code;
				return true;
			}
		}
		return false;
	}
	uint32_t c = decode_one(s, len);
	if (c < ' ')
		return false;
	*ret = c;
	return true;
}

void key_to_name(uint32_t code, char out[KEY_NAME_SIZE])
{
	for (size_t i = 0; i < N_NAMED; i++) {
		if (named[i].code == code) {
			str_copy(out, KEY_NAME_SIZE, named[i].name);
			return;
		}
	}
	if (code < ' ') {
		out[0] = '^';
		out[1] = (char)(code + '@');
		out[2] = 0;
		return;
	}
	key_utf8(code, out);
}

bool key_is_text(uint32_t code)
{
	return code >= ' ' && code != 0x7f && !(code >= 0x80 && code < 0xa0) && code < 0x110000;
}

size_t key_utf8(uint32_t code, char out[5])
{
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0x00, 0xc0, 0xe0, 0xf0 };
	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(lead[n] | code);
	out[n] = 0;
	return n;
}
