/* When a stream goes on in another quality: stories of a line, told each second. */
#include "unit.h"
#include "kiyya/quality_rules.h"

/* Each letter is half a second: P plays, w waits for more, s a seek has just finished (and it plays), p is paused by the
 * user, . is loading. A number in front repeats the letter: 120P is a minute. */
struct teller {
	struct quality_rules q;
	int64_t now;
	char out[64]; /* what was advised, and at which second: "down@7 up@67 " */
	bool takes;   /* the advice is taken */
};

static void tell(struct teller *t, char letter)
{
	struct quality_look look = { .now = t->now,
				     .playing = strchr("Pws", letter) != NULL,
				     .waiting = letter == 'w',
				     .seeked = letter == 's' };
	enum quality_advice advice = quality_rules_look(&t->q, &look);
	size_t used = strlen(t->out);
	if (advice != QUALITY_STAY)
		snprintf(t->out + used, sizeof(t->out) - used, "%s@%d ",
			 advice == QUALITY_DOWN ? "down" : "up", (int)(t->now / 1000));
	if (advice != QUALITY_STAY && t->takes)
		quality_rules_changed(&t->q, t->now, advice == QUALITY_UP);
	t->now += 500;
}

static const char *story(struct teller *t, const char *letters)
{
	*t = (struct teller){ .takes = true };
	quality_rules_begin(&t->q, 0);
	while (*letters) {
		char *end;
		long n = strtol(letters, &end, 10);
		for (long i = 0; i < (end > letters ? n : 1); i++)
			tell(t, *end);
		letters = end + 1;
	}
	if (t->out[0])
		t->out[strlen(t->out) - 1] = 0;
	return t->out;
}

static void test_stories(void **state)
{
	static const struct {
		const char *what, *letters, *expect;
	} rows[] = {
		{ "three stalls in ten seconds", "8PwwPPwwPPww", "down@8" },
		{ "two are not enough", "8PwwPPww40P", "" },
		{ "the third comes after eleven seconds", "8PwP10Pw10PwPP", "" },
		{ "the third comes after ten", "8PwP10Pw6Pw", "down@13" },
		{ "what the beginning buffers is none", "..PwPwPPwPw", "" },
		{ "nor what a seek does", "8PswPPswPPswPPswPP", "" },
		{ "behind a seek it begins to count after three seconds", "8Ps6PwPwPw", "down@9" },
		{ "a seek while it waits", "8PwPw12swPP", "" },
		{ "a long wait counts as much", "8P20wP", "down@14" },
		{ "a quarter of the line: seldom and long", "8P10w2P10w2P10w2P10w", "down@18" },
		{ "a long wait behind a seek does not", "8Ps30wPP", "" },
		{ "paused, nothing counts", "8Pwwpw30p8P", "" },
		{ "paused while it waits, and on: one stall", "8PwpwpwpwPP", "" },
		{ "a minute without any", "122P", "up@60" },
		{ "a stall begins the minute anew", "100Pw121P", "up@110" },
		{ "pauses are not part of it", "100P60p22P", "up@90" },
		{ "each rung a minute of its own", "244P", "up@60 up@120" },
		{ "lower, and up after a minute", "8PwPwPw122P", "down@6 up@66" },
		{ "up in vain: two minutes the next time", "122PPPPPPPPwPwPw122P122P",
		  "up@60 down@66 up@187" },
		{ "twice in vain: four", "122P8PwPwPw242P8PwPwPw480P8P",
		  "up@60 down@67 up@187 down@194 up@435" },
		{ "up, and well for long: a minute again", "122P260p20PwPwPw124P",
		  "up@60 down@203 up@263" },
	};
	EACH_ROW (r, rows) {
		struct teller t;
		if (strcmp(story(&t, r->letters), r->expect) != 0)
			fail_msg("%s: %s, not %s", r->what, t.out, r->expect);
	}
}

/* It never comes to more than 32 minutes, and never to less than one. */
static void test_patience(void **state)
{
	struct quality_rules q;
	quality_rules_begin(&q, 0);
	int64_t now = 0, waited = 0;
	for (int round = 0; round < 9; round++) {
		waited = now;
		do {
			now += 1000;
		} while (quality_rules_look(&q, &(struct quality_look){
						    .now = now, .playing = true }) != QUALITY_UP);
		waited = now - waited;
		quality_rules_changed(&q, now, true);
		now += 4000;
		for (int i = 0;; i++, now += 500)
			if (quality_rules_look(&q, &(struct quality_look){ .now = now,
									   .playing = true,
									   .waiting = i % 2 }) ==
			    QUALITY_DOWN)
				break;
		quality_rules_changed(&q, now, false);
	}
	assert_in_range(waited, 32 * 60000, 32 * 60000 + 2000);
}

/* What is not taken is not said at every look. */
static void test_not_taken(void **state)
{
	struct teller t = { 0 };
	quality_rules_begin(&t.q, 0);
	for (int i = 0; i < 250; i++)
		tell(&t, 'P');
	assert_string_equal(t.out, "up@60 up@120 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stories),
					    cmocka_unit_test(test_patience),
					    cmocka_unit_test(test_not_taken) };
	return cmocka_run_group_tests_name("quality_rules", tests, NULL, NULL);
}
