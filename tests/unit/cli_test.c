/* The command line against a backend that answers from a script: what each command asks, writes and returns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kiyya/str.h"
#include "../support/scripted_backend.h"

struct row {
	const char *words;  /* the command line */
	const char *script; /* what the backend does; NULL: it must not be asked */
	const char *asked;  /* what it is asked; NULL: whatever */
	const char *out, *err;
	int code;
};

static void check_row(const struct row *row)
{
	struct fake f;
	fake_start(&f, row->script ? row->script : "done");
	struct result r = run(&f, row->words);
	print_message("         %s\n", row->words);
	if (row->asked || !row->script)
		assert_string_equal(f.asked.data, row->asked ? row->asked : "");
	if (row->out)
		assert_string_equal(r.out, row->out);
	if (row->err)
		assert_string_equal(r.err, row->err);
	assert_int_equal(r.code, row->code);
	result_release(&r);
	fake_stop(&f);
}

#define CLAIM(id, title) MORE(id, title, "")
#define MORE(id, title, more)                                                                   \
	"{\"claim_id\":\"" id "\",\"title\":\"" title "\",\"kind\":\"video\",\"release_time\":" \
	"\"2024-03-01T10:00:00Z\",\"duration\":2530,\"size\":1200000000,\"tags\":[],"           \
	"\"playable\":true,\"sources\":[],\"offline\":true,\"downloading\":false,"              \
	"\"favorite\":false,\"watched\":true" more "}"
#define PERSON(id, title) id "  2024-03-01     42:10     1.2 GB  o--w  " title "\n"

static const struct row catalog[] = {
	{ "list @c --json", "page {\"claims\":[" CLAIM(ID1, "A") "," CLAIM(ID2, "B") "]}\ndone",
	  "browse "
	  "{\"channel\":\"@c\",\"page\":1,\"limit\":50,\"all\":false,\"refresh\":false,"
	  "\"wait_fresh\":true}",
	  CLAIM(ID1, "A") "\n" CLAIM(ID2, "B") "\n", "", 0 },
	{ "--json list --tag movie --tag=comedy @c --order oldest --page 3 --limit 7 --all "
	  "--refresh",
	  "done",
	  "browse {\"channel\":\"@c\",\"tags\":[\"movie\",\"comedy\"],\"order\":\"oldest\","
	  "\"page\":3,\"limit\":7,\"all\":true,\"refresh\":true,\"wait_fresh\":true}",
	  "", "", 0 },
	{ "list @c", "page {\"claims\":[" CLAIM(ID1, "A") "]}\ndone", NULL, PERSON(ID1, "A"), "",
	  0 },
	{ "search two words --channel @c --limit 3 --json",
	  "found {\"claims\":[" CLAIM(ID1, "A") "],\"first\":0,\"snippets\":[\"…two…\"],"
						"\"from\":\"local\"}\n"
						"found {\"claims\":[" CLAIM(
						    ID2, "B") "],\"first\":1,\"snippets\":[\"\"],"
							      "\"from\":\"remote\"}\ndone",
	  "search {\"text\":\"two words\",\"channel\":\"@c\",\"limit\":3,\"typing\":false}",
	  MORE(ID1, "A", ",\"snippet\":\"…two…\",\"from\":\"local\"") "\n" MORE(
	      ID2, "B", ",\"from\":\"remote\"") "\n",
	  "", 0 },
	{ "search x --local", "found {\"claims\":[" CLAIM(ID1, "A") "]}\ndone",
	  "search {\"text\":\"x\",\"from\":\"local\",\"limit\":20,\"typing\":false}",
	  PERSON(ID1, "A"), "", 0 },
	{ "search --past --json --limit 5",
	  "searched {\"words\":\"x y\",\"times\":2,\"searched_at\":\"2026-01-02T03:04:05Z\"}\ndone",
	  "searches {\"action\":\"list\",\"limit\":5}",
	  "{\"words\":\"x y\",\"times\":2,\"searched_at\":\"2026-01-02T03:04:05Z\"}\n", "", 0 },
	{ "search --forget", "done", "searches {\"action\":\"clear\",\"limit\":20}", "", "", 0 },
	/* a stored page and the fresh one that overlaps it */
	{ "list @c",
	  "page {\"first\":0,\"cached\":true,\"claims\":[" CLAIM(
	      ID1, "A") "]}\n"
			"page {\"first\":0,\"claims\":[" CLAIM(ID1, "A") "," CLAIM(ID2,
										   "B") "]}\ndone",
	  NULL, PERSON(ID1, "A") PERSON(ID2, "B"), "", 0 },
	{ "list @c -v", "page {\"cached\":true,\"fetched_at\":\"2026-01-02T03:04:05Z\"}\ndone",
	  NULL, "", "kiyya: stored, of 2026-01-02T03:04:05Z\n", 0 },
	{ "list @c", "note {\"text\":\"no gateway answers; this is of yesterday\"}\ndone", NULL, "",
	  "kiyya: no gateway answers; this is of yesterday\n", 0 },
	{ "list @c -q",
	  "note {\"text\":\"a\",\"level\":\"info\"}\nnote "
	  "{\"text\":\"b\",\"level\":\"warn\"}\ndone",
	  NULL, "", "kiyya: b\n", 0 },
	{ "list @c --json",
	  "done {\"ok\":false,\"error\":\"listing @c: all gateways failed\","
	  "\"category\":\"network\",\"exit_code\":4}",
	  NULL, "", "kiyya: listing @c: all gateways failed\n", 4 },
	{ "list @c", "done {\"ok\":false,\"error\":\"no\",\"category\":\"refused\"}", NULL, "",
	  "kiyya: no\n", 5 },
	{ "series @c --refresh --json",
	  "episode "
	  "{\"series\":\"S\",\"season\":1,\"episode\":2,\"claim_id\":\"" ID1
	  "\",\"title\":\"A\",\"inferred\":true}\ndone",
	  "series {\"channel\":\"@c\",\"refresh\":true,\"claims\":false}",
	  "{\"series\":\"S\",\"season\":1,\"episode\":2,\"claim_id\":\"" ID1
	  "\",\"title\":\"A\",\"inferred\":true,\"missing\":false}\n",
	  "", 0 },
	{ "series @c",
	  "episode {\"series\":\"S\",\"season\":1,\"episode\":2,\"claim_id\":\"" ID1
	  "\",\"title\":\"A\"}\n"
	  "episode {\"series\":\"S\",\"season\":12,\"claim_id\":\"" ID1 "\",\"title\":\"B\"}\n"
	  "episode {\"series\":\"Unsorted\",\"claim_id\":\"" ID2
	  "\",\"title\":\"C\",\"inferred\":true}\ndone",
	  NULL, ID1 "  S01E02    S  A\n" ID1 "  S12E-     S  B\n" ID2 "  -      ?  Unsorted  C\n",
	  "", 0 },
	{ "playlists @c",
	  "page {\"claims\":[{\"claim_id\":\"" ID1
	  "\",\"title\":\"A\",\"kind\":\"collection\",\"items\":[\"" ID1 "\",\"" ID2 "\"]}]}\ndone",
	  "playlists {\"channel\":\"@c\",\"refresh\":false}", ID1 "      2 items  A\n", "", 0 },
	{ "playlist x --json",
	  "page {\"claims\":[" CLAIM(ID1, "A") ",{\"claim_id\":\"" ID2
					       "\",\"missing\":true}]}\ndone",
	  "playlist {\"item\":\"x\",\"refresh\":false}",
	  CLAIM(ID1, "A") "\n{\"claim_id\":\"" ID2 "\",\"missing\":true}\n", "", 0 },
	{ "playlist x", "page {\"claims\":[{\"claim_id\":\"" ID2 "\",\"missing\":true}]}\ndone",
	  NULL,
	  ID2 "           -         -          -  ----  Gone  (it was deleted, or is blocked)\n",
	  "", 0 },
	{ "show " ID1 " --json", "page {\"claims\":[" CLAIM(ID1, "A") "]}\ndone",
	  "show {\"item\":\"" ID1 "\",\"refresh\":false}", CLAIM(ID1, "A") "\n", "", 0 },
	{ "show " ID1, "page {\"claims\":[" CLAIM(ID1, "A") "]}\ndone", NULL,
	  "title        A\nid           " ID1 "\nkind         video\nreleased     "
	  "2024-03-01T10:00:00Z\nduration     42:10\nsize         1.2 GB\nplayable     "
	  "yes\n"
	  "offline      yes\nwatched      yes\n",
	  "", 0 },
};

static const struct row download[] = {
	{ "download x y --quality 720p --no-encrypt --queue-only", "done",
	  "download {\"items\":[\"x\",\"y\"],\"quality\":\"720p\",\"encrypt\":0,"
	  "\"queue_only\":true}",
	  "", "", 0 },
	{ "download x --encrypt", "done",
	  "download {\"items\":[\"x\"],\"encrypt\":1,\"queue_only\":false}", "", "", 0 },
	{ "download x --json",
	  "download " DOWNLOAD("", "queued", "0") "\n"
						  "download " DOWNLOAD(
						      "\"event\":\"progress\",", "active",
						      "50") "\ntaken\n"
							    "download " DOWNLOAD(
								"\"event\":\"done\",", "done",
								"100") "\n"
								       "0 download " DOWNLOAD(
									   "\"event\":\"done\",",
									   "done", "100") "\ndone",
	  "download {\"items\":[\"x\"],\"queue_only\":false}",
	  DOWNLOAD("\"event\":\"progress\",", "active", "50") "\n" DOWNLOAD("\"event\":\"done\",",
									    "done", "100") "\n",
	  "", 0 },
	{ "download x",
	  "0 download " DOWNLOAD("\"event\":\"progress\",", "active",
				 "50") "\ntaken\n"
				       "0 download " DOWNLOAD("\"event\":\"done\",", "done",
							      "100") "\ndone",
	  NULL, ID1 "  done     100%      100 B  original  A\n", "", 0 },
	{ "download x --queue-only", "download " DOWNLOAD("", "queued", "0") "\ndone", NULL,
	  ID1 "  queued     0%      100 B  original  A\n", "", 0 },
	{ "download x y --json",
	  "row_failed {\"claim_id\":\"y\",\"error\":\"not "
	  "there\",\"category\":\"not_found\"}\n"
	  "download " DOWNLOAD("\"event\":\"done\",", "done",
			       "100") "\n"
				      "done {\"ok\":false,\"error\":\"1 of 2 items "
				      "failed\",\"exit_code\":13}",
	  NULL,
	  "{\"claim_id\":\"y\",\"error\":\"not "
	  "there\",\"category\":\"not_found\",\"retry\":false}\n" DOWNLOAD("\"event\":\"done\",",
									   "done", "100") "\n",
	  "kiyya: y: not there\nkiyya: 1 of 2 items failed\n", 13 },
	{ "download x",
	  "download " DOWNLOAD("\"event\":\"progress\",", "active", "50") "\ntaken\nsignal 2",
	  "download {\"items\":[\"x\"],\"queue_only\":false}\nstop {\"of\":1}",
	  ID1 "  active    50%      100 B  original  A\n", "", 130 },
	{ "download x", "signal 28\nsignal 15", NULL, "", "", 143 },
	{ "download x --encrypt --no-encrypt", NULL, NULL, "",
	  "kiyya: download: --encrypt and --no-encrypt exclude each other\n", 2 },
	{ "queue --json", "download " DOWNLOAD("", "paused", "3") "\ndone",
	  "queue {\"done\":false}", DOWNLOAD("", "paused", "3") "\n", "", 0 },
	{ "queue --done", "done", "queue {\"done\":true}", "", "", 0 },
	{ "queue pause " ID1 " abcd", "done",
	  "queue_act {\"action\":\"pause\",\"items\":[\"" ID1 "\",\"abcd\"],\"all\":false}", "", "",
	  0 },
	{ "queue discard abcd --yes", "done",
	  "queue_act {\"action\":\"discard\",\"items\":[\"abcd\"],\"all\":false}", "", "", 0 },
	{ "queue retry --all", "done", "queue_act {\"action\":\"retry\",\"all\":true}", "", "", 0 },
	{ "queue run", "done {\"ok\":false,\"error\":\"2 items wait\",\"exit_code\":7}",
	  "queue_run {}", "", "kiyya: 2 items wait\n", 7 },
	{ "queue pause", NULL, NULL, "", "kiyya: queue: pause needs ITEM… or --all\n", 2 },
	{ "queue pause x --all", NULL, NULL, "",
	  "kiyya: queue: pause needs either ITEM… or --all, not both\n", 2 },
	{ "queue up --all", NULL, NULL, "",
	  "kiyya: queue: --all goes with pause, resume, retry, cancel and discard\n", 2 },
	{ "queue run --done", NULL, NULL, "",
	  "kiyya: queue: --done goes with the list of the queue only\n", 2 },
};

#define COPY                                                                               \
	"{\"claim_id\":\"" ID1 "\",\"title\":\"A\",\"quality\":\"original\",\"size\":100," \
	"\"stored_size\":8292,\"encrypted\":true,\"complete\":true,\"file\":\"/v/x.kyv\"," \
	"\"added_at\":\"2024-03-01T10:00:00Z\"}"

static const struct row vault[] = {
	{ "offline --json", "copy " COPY "\ndone", "offline {}", COPY "\n", "", 0 },
	{ "offline", "copy " COPY "\ndone", NULL,
	  ID1 "  2024-03-01         -      100 B  original  complete  sealed  A\n", "", 0 },
	{ "cat x --range 0-9 --quality 720p", "write BYTES\ndone", NULL, "BYTES", "", 0 },
	{ "cat x", "done {\"ok\":false,\"error\":\"x is damaged\",\"category\":\"integrity\"}",
	  NULL, "", "kiyya: x is damaged\n", 8 },
	{ "cat x --range 9-0", NULL, NULL, "", "kiyya: cat: --range is A-B or A-, not \"9-0\"\n",
	  2 },
	{ "verify --no-hash --json",
	  "verify {\"claim_id\":\"" ID1
	  "\",\"ok\":false,\"chunks\":3,\"bad\":[1],\"header\":\"ok\","
	  "\"publisher_hash\":\"unchecked\"}\ndone {\"ok\":false,\"exit_code\":8}",
	  "verify {\"all\":true,\"no_hash\":true}",
	  "{\"claim_id\":\"" ID1 "\",\"ok\":false,\"chunks\":3,\"bad\":[1],\"header\":\"ok\","
	  "\"publisher_hash\":\"unchecked\"}\n",
	  "", 8 },
	{ "verify x",
	  "verify {\"claim_id\":\"" ID1 "\",\"ok\":true,\"chunks\":3,\"bad\":[],\"header\":\"ok\","
	  "\"publisher_hash\":\"match\",\"quality\":\"original\",\"title\":\"A\"}\ndone",
	  "verify {\"items\":[\"x\"],\"all\":false,\"no_hash\":false}",
	  ID1 "  ok       original  3 chunks, 0 bad  header ok  hash match  A\n", "", 0 },
	{ "verify x --all", NULL, NULL, "", "kiyya: verify: either ITEM… or --all, not both\n", 2 },
	{ "repair x --json",
	  "work {\"what\":\"repair\",\"have\":1,\"total\":2}\n"
	  "verify {\"claim_id\":\"" ID1 "\",\"ok\":true,\"chunks\":3,\"bad\":[],\"header\":\"ok\","
	  "\"publisher_hash\":\"match\",\"fetched\":65536}\ndone",
	  "repair {\"items\":[\"x\"]}",
	  "{\"claim_id\":\"" ID1 "\",\"ok\":true,\"chunks\":3,\"bad\":[],\"header\":\"ok\","
	  "\"publisher_hash\":\"match\",\"fetched\":65536}\n",
	  "", 0 },
	{ "repair --all", "done", "repair {}", "", "", 0 },
	{ "repair x --all", NULL, NULL, "", "kiyya: repair: either ITEM… or --all, not both\n", 2 },
	{ "verify y",
	  "verify {\"claim_id\":\"" ID1 "\",\"ok\":false,\"chunks\":9,\"bad\":[1,7],"
	  "\"header\":\"one_slot\",\"publisher_hash\":\"unchecked\",\"title\":\"A\"}\ndone "
	  "{\"ok\":false,\"exit_code\":8}",
	  NULL,
	  ID1 "  DAMAGED  -         9 chunks, 2 bad: 1,7  header one_slot  hash unchecked  A\n", "",
	  8 },
	{ "export x d --quality 720p --json",
	  "export {\"claim_id\":\"" ID1
	  "\",\"file\":\"d/A.ts\",\"size\":100,\"exists\":false}\ndone",
	  "export {\"item\":\"x\",\"quality\":\"720p\",\"to\":\"d\",\"overwrite\":false}",
	  "{\"claim_id\":\"" ID1 "\",\"file\":\"d/A.ts\",\"size\":100}\n", "", 0 },
	{ "export x d",
	  "export {\"file\":\"d/A.mp4\",\"exists\":true}\ndone {\"ok\":false,\"exit_code\":2}",
	  NULL, "", "kiyya: export: there is no terminal to ask on: --yes does it unasked\n", 2 },
	{ "export x d --yes", "export {\"file\":\"d/A.mp4\",\"exists\":false}\ndone",
	  "export {\"item\":\"x\",\"to\":\"d\",\"overwrite\":true}",
	  "-  -                 -  d/A.mp4\n", "", 0 },
	{ "vault import f --json", "copy " COPY "\ndone", "import {\"file\":\"f\"}", COPY "\n", "",
	  0 },
	{ "vault scan --json", "copy " COPY "\ndone", "scan {}", COPY "\n", "", 0 },
	{ "rm --watched", "done", "remove {\"watched\":true,\"dry_run\":true}", "",
	  "kiyya: nothing that is kept was watched\n", 0 },
	{ "rm --watched x", NULL, NULL, "", "kiyya: rm: either ITEM… or --watched, not both\n", 2 },
	{ "rm x", NULL, NULL, "",
	  "kiyya: rm: there is no terminal to ask on: --yes does it unasked\n", 2 },
	{ "rm x y --yes --quality 480p --json", "copy " COPY "\ndone",
	  "remove "
	  "{\"items\":[\"x\",\"y\"],\"quality\":\"480p\",\"watched\":false,\"dry_run\":false}",
	  COPY "\n", "", 0 },
	{ "key status --json",
	  "key "
	  "{\"state\":\"unlocked\",\"slots\":[\"key_file\",\"passphrase\"],\"ring\":\"ab\"}"
	  "\ndone",
	  "key {\"action\":\"status\",\"overwrite\":false,\"here\":false}",
	  "{\"state\":\"unlocked\",\"slots\":[{\"type\":\"key_file\"},{\"type\":"
	  "\"passphrase\"}],"
	  "\"ring\":\"ab\"}\n",
	  "", 0 },
	{ "key init", "key {\"state\":\"unlocked\",\"slots\":[\"key_file\"],\"ring\":\"ab\"}\ndone",
	  "key {\"action\":\"init\",\"overwrite\":false,\"here\":false}",
	  "state  unlocked\nring   ab\nslot   key_file\n", "", 0 },
};

static const struct row play[] = {
	{ "play x --audio --vo null --start 1:10 --quality best -- --ao=null --pause "
	  "--no-osc --a=b=c",
	  "0 player {\"state\":\"playing\",\"position_seconds\":70}\ndone",
	  "play "
	  "{\"item\":\"x\",\"quality\":\"best\",\"audio\":true,\"vo\":\"null\",\"start\":"
	  "70,"
	  "\"url\":false,\"options\":[\"ao=null\",\"pause=yes\",\"osc=no\",\"a=b=c\"]}",
	  "", "", 0 },
	{ "play x --start 0",
	  "note {\"text\":\"resuming\"}\ndone {\"ok\":false,\"error\":\"no picture\","
	  "\"category\":\"player\"}",
	  "play {\"item\":\"x\",\"audio\":false,\"start\":0,\"url\":false}", "",
	  "kiyya: resuming\nkiyya: no picture\n", 12 },
	{ "play x -- bad", NULL, NULL, "",
	  "kiyya: play: behind -- stand the player's options, --name=value, not \"bad\"\n", 2 },
	{ "play x -- --", NULL, NULL, "",
	  "kiyya: play: behind -- stand the player's options, --name=value, not \"--\"\n", 2 },
	{ "play x --start soon", NULL, NULL, "",
	  "kiyya: play: --start is seconds or [[h:]m:]s, not \"soon\"\n", 2 },
	{ "play x --json",
	  "player "
	  "{\"state\":\"playing\",\"muted\":false,\"waiting\":false,\"offline\":true}"
	  "\ntaken\nsignal "
	  "2",
	  NULL,
	  "{\"state\":\"playing\",\"muted\":false,\"waiting\":false,\"offline\":true,\"live\":"
	  "false}\n",
	  "", 130 },
	{ "serve x y --port 8080 -q",
	  "serve {\"claim_id\":\"" ID1 "\",\"url\":\"http://127.0.0.1:8080/movies/1\"}\n"
	  "serve {\"claim_id\":\"" ID2 "\",\"url\":\"http://127.0.0.1:8080/movies/2\"}\nsignal 15",
	  "serve {\"items\":[\"x\",\"y\"],\"port\":8080}\nstop {\"of\":1}",
	  "http://127.0.0.1:8080/movies/1\nhttp://127.0.0.1:8080/movies/2\n", "", 0 },
	{ "serve --json",
	  "serve {\"claim_id\":\"" ID1 "\",\"url\":\"http://127.0.0.1:8080/movies/1\"}\nsignal 2",
	  NULL, "{\"claim_id\":\"" ID1 "\",\"url\":\"http://127.0.0.1:8080/movies/1\"}\n", NULL,
	  0 },
	{ "serve", "done {\"ok\":false,\"error\":\"the port is taken\",\"exit_code\":1}",
	  "serve {\"port\":0}", "", "kiyya: the port is taken\n", 1 },
	{ "serve --port 70000", NULL, NULL, "",
	  "kiyya: serve: --port is a number from 0 to 65535, not \"70000\"\n", 2 },
};

#define CHANNEL                                                                  \
	"{\"claim_id\":\"" ID1 "\",\"name\":\"@a\",\"title\":\"The A Channel\"," \
	"\"followed_at\":\"2024-03-01T10:00:00Z\"}"

static const struct row library[] = {
	{ "follow @a @b --json", "channel " CHANNEL "\ndone",
	  "follow {\"channels\":[\"@a\",\"@b\"],\"listed\":false}", CHANNEL "\n", "", 0 },
	{ "follow @a", "channel " CHANNEL "\ndone", NULL, ID1 "  2024-03-01  @a  The A Channel\n",
	  "", 0 },
	{ "follow", NULL, NULL, "", "kiyya: follow: needs @CHANNEL… or --import FILE\n", 2 },
	{ "follow @a --import x", NULL, NULL, "",
	  "kiyya: follow: either @CHANNEL… or --import FILE, not both\n", 2 },
	{ "follow --import /nonexistent/list", NULL, NULL, "", NULL, 3 },
	{ "unfollow @a", "done {\"ok\":false,\"error\":\"@a is not followed\",\"exit_code\":3}",
	  "unfollow {\"channels\":[\"@a\"]}", "", "kiyya: @a is not followed\n", 3 },
	{ "following --json", "channel " CHANNEL "\ndone", "following {}", CHANNEL "\n", "", 0 },
	{ "following --export plain", "channel " CHANNEL "\ndone", "following {}",
	  "# channels followed with kiyya, an address a line\nlbry://@a#" ID1 "\n", "", 0 },
	{ "following --export opml", "done", NULL,
	  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n"
	  "<head><title>Channels followed with kiyya</title></head>\n<body>\n</body>\n</opml>\n",
	  "", 0 },
	{ "following --export csv", NULL, NULL, "",
	  "kiyya: following: --export is one of opml|plain, not \"csv\"\n", 2 },
	{ "feed --unwatched --since 2024-03-01 --limit 7 --json",
	  "page {\"claims\":[" CLAIM(ID1, "A") "],\"more\":true}\ndone",
	  "feed {\"unwatched\":true,\"since\":\"2024-03-01T00:00:00Z\",\"limit\":7,"
	  "\"refresh\":false,\"wait_fresh\":true}",
	  CLAIM(ID1, "A") "\n", "kiyya: there is more: --limit says how much is listed\n", 0 },
	{ "feed --since soon", NULL, NULL, "",
	  "kiyya: feed: --since is seconds, [[h:]m:]s, 7d or a date such as 2026-01-31, not "
	  "\"soon\"\n",
	  2 },
	{ "refresh @a", "page {\"claims\":[" CLAIM(ID1, "A") "]}\ndone",
	  "refresh {\"channels\":[\"@a\"]}", PERSON(ID1, "A"), "", 0 },
	{ "refresh", "done", "refresh {}", "", "", 0 },
	{ "later add x", "done", "later {\"action\":\"add\",\"item\":\"x\"}", "", "", 0 },
	{ "later list", "page {\"claims\":[" CLAIM(ID1, "A") "]}\ndone",
	  "later {\"action\":\"list\"}", PERSON(ID1, "A"), "", 0 },
	{ "history list", "page {\"claims\":[]}\ndone", "history {\"action\":\"list\"}", "", "",
	  0 },
	{ "history clear", NULL, NULL, "",
	  "kiyya: history: there is no terminal to ask on: --yes does it unasked\n", 2 },
	{ "history clear --yes", "done", "history {\"action\":\"clear\"}", "", "", 0 },
	{ "favorite add x", "done", "favorite {\"action\":\"add\",\"item\":\"x\"}", "", "", 0 },
	{ "favorite list --json", "page {\"claims\":[" CLAIM(ID1, "A") "]}\ndone",
	  "favorite {\"action\":\"list\"}", CLAIM(ID1, "A") "\n", "", 0 },
	{ "favorite rm", NULL, NULL, "",
	  "kiyya: favorite: something is missing: kiyya favorite rm ITEM\n", 2 },
	{ "favorite lst", NULL, NULL, "",
	  "kiyya: favorite: unknown action lst; did you mean list?\n", 2 },
	{ "watched x y --not", "done", "watched {\"items\":[\"x\",\"y\"],\"not\":true}", "", "",
	  0 },
	{ "progress set x 1:30", "done",
	  "progress {\"action\":\"set\",\"item\":\"x\",\"seconds\":90}", "", "", 0 },
	{ "progress get x --json",
	  "progress {\"claim_id\":\"" ID1 "\",\"position_seconds\":90,\"watched\":false}\ndone",
	  "progress {\"action\":\"get\",\"item\":\"x\"}",
	  "{\"claim_id\":\"" ID1 "\",\"position_seconds\":90,\"watched\":false}\n", "", 0 },
	{ "progress list",
	  "progress {\"claim_id\":\"" ID1 "\",\"position_seconds\":90,"
	  "\"duration\":100,\"watched\":true,\"title\":\"A\"}\ndone",
	  NULL, ID1 "      1:30      1:40           -  watched  A\n", "", 0 },
	{ "progress set x soon", NULL, NULL, "",
	  "kiyya: progress: a position is seconds or [[h:]m:]s, not \"soon\"\n", 2 },
	{ "progress clear x", "done", "progress {\"action\":\"clear\",\"item\":\"x\"}", "", "", 0 },
	{ "progress clear", NULL, NULL, "",
	  "kiyya: progress: there is no terminal to ask on: --yes does it unasked\n", 2 },
	{ "progress clear --yes", "done", "progress {\"action\":\"clear\"}", "", "", 0 },
};

static const struct row upkeep[] = {
	{ "ping --json",
	  "gateway {\"url\":\"http://a\",\"ok\":true,\"http_status\":200,\"ms\":12}\ndone",
	  "ping {}", "{\"url\":\"http://a\",\"ok\":true,\"http_status\":200,\"ms\":12}\n", "", 0 },
	{ "ping",
	  "gateway {\"url\":\"http://a\",\"ok\":false,\"error\":\"refused\"}\n"
	  "done {\"ok\":false,\"error\":\"no gateway answers\",\"exit_code\":4}",
	  NULL, "bad   -                -     -  http://a: refused\n",
	  "kiyya: no gateway answers\n", 4 },
	{ "doctor",
	  "fact {\"section\":\"disk\",\"key\":\"free\",\"value\":\"3 GB\",\"ok\":true}\n"
	  "fact {\"section\":\"disk\",\"key\":\"used\",\"value\":\"9 GB\",\"ok\":false}\n"
	  "gateway {\"url\":\"http://a\",\"ok\":true}\ndone",
	  "doctor {\"probe\":true}",
	  "disk\n    free                 3 GB\n  ! used                 9 GB\ngateways\n"
	  "ok    -                -     -  http://a\n",
	  "", 0 },
	{ "doctor --json --offline",
	  "fact {\"section\":\"disk\",\"key\":\"free\",\"ok\":true}\ndone",
	  "doctor {\"probe\":false}", "{\"section\":\"disk\",\"key\":\"free\",\"ok\":true}\n", "",
	  0 },
	{ "log errors --limit 3 --json",
	  "log "
	  "{\"time\":\"2024-03-01T10:00:00Z\",\"level\":\"error\",\"message\":\"x\","
	  "\"code\":7}\ndone",
	  "log {\"which\":\"errors\",\"limit\":3}",
	  "{\"time\":\"2024-03-01T10:00:00Z\",\"level\":\"error\",\"message\":\"x\","
	  "\"code\":7}\n",
	  "", 0 },
	{ "log app",
	  "log {\"time\":\"2024-03-01T10:00:00Z\",\"level\":\"info\",\"component\":\"net\","
	  "\"message\":\"x\"}\ndone",
	  "log {\"which\":\"app\",\"limit\":50}", "2024-03-01T10:00:00Z  info   net: x\n", "", 0 },
	{ "log", NULL, NULL, "", "kiyya: log: what to do is missing: see kiyya help log\n", 2 },
	{ "config get ui.mouse", "config {\"key\":\"ui.mouse\",\"value\":\"no\"}\ndone",
	  "config {\"action\":\"get\",\"key\":\"ui.mouse\"}", "no\n", "", 0 },
	{ "config list --json",
	  "config "
	  "{\"key\":\"ui.mouse\",\"value\":\"no\",\"default\":\"yes\",\"source\":\"file\"}"
	  "\ndone",
	  "config {\"action\":\"list\"}",
	  "{\"key\":\"ui.mouse\",\"value\":\"no\",\"default\":\"yes\",\"source\":\"file\"}"
	  "\n",
	  "", 0 },
	{ "config list", "config {\"key\":\"ui.mouse\",\"value\":\"no\",\"source\":\"file\"}\ndone",
	  NULL, "ui.mouse = no  (file)\n", "", 0 },
	{ "config set ui.mouse no", "done",
	  "config {\"action\":\"set\",\"key\":\"ui.mouse\",\"value\":\"no\"}", "", "", 0 },
	{ "config set ui.muose no", NULL, NULL, "",
	  "kiyya: config: unknown key ui.muose; did you mean ui.mouse?\n", 2 },
	{ "config path", "config {\"value\":\"/c/kiyya.conf\"}\ndone",
	  "config {\"action\":\"path\"}", "/c/kiyya.conf\n", "", 0 },
	{ "config init", "config {\"value\":\"/\"}\ndone", "config {\"action\":\"path\"}", "",
	  "kiyya: config: there is no terminal to ask on: --yes does it unasked\n", 2 },
	{ "config init", "config {\"value\":\"/no/such/kiyya.conf\"}\ndone\n--\ndone",
	  "config {\"action\":\"path\"}\nconfig {\"action\":\"init\"}", "", "", 0 },
	{ "cache stats --json",
	  "cache {\"claims\":3,\"queries\":1,\"bytes\":9,\"hits\":2,\"misses\":1}\ndone",
	  "cache {\"action\":\"stats\"}",
	  "{\"claims\":3,\"queries\":1,\"bytes\":9,\"hits\":2,\"misses\":1}\n", "", 0 },
	{ "cache drop x", "done", "cache {\"action\":\"drop\",\"item\":\"x\"}", "", "", 0 },
	{ "cache clear", NULL, NULL, "",
	  "kiyya: cache: there is no terminal to ask on: --yes does it unasked\n", 2 },
	{ "db version", "db {\"version\":1,\"latest\":2,\"path\":\"/d\",\"bytes\":4096}\ndone",
	  "db {\"action\":\"version\",\"dry_run\":false}",
	  "version  1 of 2\nsize     4.1 kB\npath     /d\n", "", 0 },
	{ "db migrate --dry-run", "done", "db {\"action\":\"migrate\",\"dry_run\":true}", "", "",
	  0 },
	{ "db check --dry-run", NULL, NULL, "", "kiyya: db: --dry-run goes with migrate\n", 2 },
	{ "db backup /no/such/file", "done",
	  "db {\"action\":\"backup\",\"file\":\"/no/such/file\",\"dry_run\":false}", "", "", 0 },
	{ "db backup /dev/null", NULL, NULL, "",
	  "kiyya: db: there is no terminal to ask on: --yes does it unasked\n", 2 },
};

static const struct row misuse[] = {
	{ "lsit @c", NULL, NULL, "", "kiyya: unknown command lsit; did you mean list?\n", 2 },
	{ "list", NULL, NULL, "", "kiyya: list: something is missing: kiyya list @CHANNEL\n", 2 },
	{ "search", NULL, NULL, "", "kiyya: search: something is missing: kiyya search TEXT\n", 2 },
	{ "search x --local --remote", NULL, NULL, "",
	  "kiyya: search: --local and --remote exclude each other\n", 2 },
	{ "search x --past", NULL, NULL, "", "kiyya: search: --past and --forget stand alone\n",
	  2 },
	{ "list @a @b", NULL, NULL, "", "kiyya: list: that is too much: kiyya list @CHANNEL\n", 2 },
	{ "list @a --lmit 3", NULL, NULL, "",
	  "kiyya: list: unknown option --lmit; did you mean --limit?\n", 2 },
	{ "list @a -x", NULL, NULL, "", NULL, 2 },
	{ "list @a --limit", NULL, NULL, "", "kiyya: list: --limit needs a value: N\n", 2 },
	{ "list @a --limit 0", NULL, NULL, "",
	  "kiyya: list: --limit is a number from 1 to 10000, not \"0\"\n", 2 },
	{ "list @a --limit 3 --limit 4", NULL, NULL, "", "kiyya: list: --limit is given twice\n",
	  2 },
	{ "list @a --all=yes", NULL, NULL, "", "kiyya: list: --all takes no value\n", 2 },
	{ "list @a --order latest", NULL, NULL, "",
	  "kiyya: list: --order is one of newest|oldest|trending|name, not \"latest\"\n", 2 },
	{ "list @a --order newest|oldest", NULL, NULL, "", NULL, 2 },
	{ "list @a --json=yes", NULL, NULL, "", "kiyya: --json takes no value\n", 2 },
	{ "list @a --home", NULL, NULL, "", "kiyya: --home needs a value: DIR\n", 2 },
	{ "download x --quality 721q", NULL, NULL, "",
	  "kiyya: download: --quality is original, best or a height such as 720p, not "
	  "\"721q\"\n",
	  2 },
	{ "show -- --odd", "done", "show {\"item\":\"--odd\",\"refresh\":false}", "", "", 0 },
	{ "ping x", NULL, NULL, "", "kiyya: ping: that is too much: kiyya ping\n", 2 },
};

/* What a hostile title holds never reaches the terminal. */
static const struct row hostile_text[] = {
	{ "favorite list",
	  "page {\"claims\":[{\"claim_id\":\"" ID1
	  "\",\"title\":\"A\\u001b]52;c;x\\u0007\\u202eB\\nC\","
	  "\"kind\":\"video\",\"playable\":true}]}\ndone",
	  NULL, ID1 "           -         -          -  ----  A]52;c;xB C\n", "", 0 },
	{ "offline", "copy {\"claim_id\":\"" ID1 "\",\"title\":\"A\\u009bB\\u001b[2J\"}\ndone",
	  NULL, ID1 "           -         -          -  -         partial   plain   AB[2J\n", "",
	  0 },
	{ "offline --json", "copy {\"title\":\"A\\u009bB\\u001b[2J\"}\ndone", NULL,
	  "{\"title\":\"A\\u009bB\\u001b[2J\",\"encrypted\":false,\"complete\":false}\n", "", 0 },
	{ "offline", "note {\"text\":\"A\\u001b[2J\"}\ndone {\"ok\":false,\"error\":\"B\\u001bc\"}",
	  NULL, "", "kiyya: A[2J\nkiyya: Bc\n", 1 },
};

#define ROWS(X) \
	X(catalog) X(download) X(vault) X(play) X(library) X(upkeep) X(misuse) X(hostile_text)

#define X(table)                                                              \
	static void test_##table(void **state)                                \
	{                                                                     \
		for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) \
			check_row(&table[i]);                                 \
	}
ROWS(X)
#undef X

int main(void)
{
#define X(table) cmocka_unit_test(test_##table),
	static const struct CMUnitTest tests[] = { ROWS(X) };
#undef X
	return cmocka_run_group_tests(tests, NULL, NULL);
}
