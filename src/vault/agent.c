/* The kernel's user keyring as the agent. */
#include "agent.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sodium.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kiyya/str.h"
#include "le.h"

enum { KEY_LEN = KYV_KEY + 8, NAME_LEN = 6 + 2 * KYV_ID + 1 };

/* keyctl_setperm(3): all for a possessor, all but linking for the same user, nothing for others. A
 * process whose session does not reach the user keyring (cron, a service) is no possessor. */
#define PERMISSIONS 0x3f2f0000UL

static void key_name(char name[NAME_LEN], const unsigned char ring_id[KYV_ID])
{
	memcpy(name, "kiyya:", 6);
	hex_encode(name + 6, ring_id, KYV_ID);
}

static long find(const unsigned char ring_id[KYV_ID])
{
	char name[NAME_LEN];
	key_name(name, ring_id);
	return syscall(SYS_keyctl, KEYCTL_SEARCH, (long)KEY_SPEC_USER_KEYRING, "user", name, 0L);
}

/* Makes this thread a possessor of what lies in the user keyring: rights of a new key are only for
 * such a one to give. */
static void reach_user_keyring(void)
{
	(void)!syscall(SYS_keyctl, KEYCTL_LINK, (long)KEY_SPEC_USER_KEYRING,
		       (long)KEY_SPEC_THREAD_KEYRING);
}

static bool no_agent(struct err *err)
{
	if (errno == ENOSYS || errno == EPERM || errno == EACCES)
		return err_set(err, ERR_LOCKED, errno,
			       "this system's kernel keeps no keys for us (%s): every command will "
			       "ask for the passphrase, all else works",
			       strerror(errno));
	err_sys(err, "giving the key to the kernel's keyring");
	err->kind = ERR_LOCKED;
	return false;
}

static void take_back(long key)
{
	(void)!syscall(SYS_keyctl, KEYCTL_REVOKE, key); /* its bytes go now, not when it is swept */
	(void)!syscall(SYS_keyctl, KEYCTL_UNLINK, key, (long)KEY_SPEC_USER_KEYRING);
}

bool agent_put(const unsigned char ring_id[KYV_ID], struct secret *mk, int64_t seconds, int64_t now,
	       struct err *err)
{
	const unsigned char *bytes = secret_use(mk, err);
	if (!bytes)
		return false;
	char name[NAME_LEN];
	unsigned char payload[KEY_LEN];
	key_name(name, ring_id);
	memcpy(payload, bytes, KYV_KEY);
	secret_done(mk);
	le_put(payload + KYV_KEY, seconds ? (uint64_t)(now + seconds) : 0, 8);
	reach_user_keyring();
	long key = syscall(SYS_add_key, "user", name, payload, (size_t)KEY_LEN,
			   (long)KEY_SPEC_USER_KEYRING);
	sodium_memzero(payload, sizeof(payload));
	if (key < 0)
		return no_agent(err);
	if (syscall(SYS_keyctl, KEYCTL_SETPERM, key, PERMISSIONS) == 0 &&
	    syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, (unsigned long)seconds) == 0)
		return true;
	int why = errno;
	take_back(key); /* it would stay for good */
	errno = why;
	return no_agent(err);
}

/* Wiped by the caller. */
static bool read_key(const unsigned char ring_id[KYV_ID], unsigned char payload[KEY_LEN])
{
	long key = find(ring_id);
	return key >= 0 &&
	       syscall(SYS_keyctl, KEYCTL_READ, key, payload, (size_t)KEY_LEN) == KEY_LEN;
}

struct secret *agent_take(const unsigned char ring_id[KYV_ID], struct keychain *chain)
{
	unsigned char payload[KEY_LEN];
	struct secret *mk = NULL;
	if (read_key(ring_id, payload)) {
		void *bytes;
		mk = secret_new(chain, NULL, KYV_KEY, &bytes);
		memcpy(bytes, payload, KYV_KEY);
		secret_done(mk);
	}
	sodium_memzero(payload, sizeof(payload));
	return mk;
}

int64_t agent_seconds(const unsigned char ring_id[KYV_ID], int64_t now)
{
	unsigned char payload[KEY_LEN];
	int64_t left = -1;
	if (read_key(ring_id, payload)) {
		uint64_t until = le_get(payload + KYV_KEY, 8);
		left = until == 0 ? INT64_MAX : (int64_t)until > now ? (int64_t)until - now : 0;
	}
	sodium_memzero(payload, sizeof(payload));
	return left;
}

bool agent_drop(const unsigned char ring_id[KYV_ID], struct err *err)
{
	long key = find(ring_id);
	if (key < 0)
		return true; /* none, or no agent: nothing of ours lies there */
	take_back(key);
	return find(ring_id) < 0 ||
	       err_set(err, ERR_LOCKED, 0, "the kernel's keyring does not let go of the key");
}
