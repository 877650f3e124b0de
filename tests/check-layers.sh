#!/bin/sh
# The layer gate: every floor of the house looks down only, and each outside library has one door.
#
#   check-layers.sh                 both rules
#   check-layers.sh includes        who includes what; needs only the sources
#   check-layers.sh links [FLOOR…]  each floor linked with nothing but the floors below it; needs a build
#
# From the environment: top_srcdir, top_builddir (as `make check` sets them), CC.

set -u
src=${top_srcdir:-.}
build=${top_builddir:-.}
what=${1:-all}
[ $# -eq 0 ] || shift
only=$*

# Floor, the floors it may know, and the pkg-config names of the outside libraries it links.
floors() {
	cat <<'TABLE'
base     :                                                          : libcjson libcrypto libutf8proc
model    : base                                                     : expat
msg      : base model                                               :
net      : base model                                               : libcurl
gateway  : base model net                                           :
store    : base model                                               : sqlite3
vault    : base model                                               : libsodium
stream   : base model                                               : libmicrohttpd
play     : base model                                               :
backend  : base model msg net gateway store vault stream play       :
ui       : base model msg                                           : ncursesw
cli      : base model msg                                           :
app      : base model msg net gateway store vault stream play backend ui cli :
TABLE
}

# The doors: a header, the only files that may include it, and how many of them there may be.
doors() {
	cat <<'TABLE'
^curl/                  ^src/net/[^/]*$                     any
^sqlite3(ext)?\.h$      ^src/store/[^/]*$                   any
^sodium(\.h|/)          ^src/vault/[^/]*$                   any
^mpv/                   ^src/play/play_mpv[^/]*\.c$         1
^expat[^/]*\.h$         ^src/model/opml\.c$                  1
^microhttpd\.h$         ^src/stream/[^/]*$                  any
^(n?curses(w?/.*)?(\.h)?|term\.h)$  ^src/ui/term_curses\.c$  1
^cjson/                 ^src/base/json_[^/]*\.c$            1
^openssl/               ^src/base/(aead|hash)\.c$           2
^utf8proc\.h$           ^src/base/text[^/]*\.c$             any
TABLE
}

tmp=$(mktemp -d "${TMPDIR:-/tmp}/kiyya-layers.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
floors >"$tmp/floors"
doors >"$tmp/doors"
: >"$tmp/wrong"

# The floor of a public header is the one whose library lists it in Makefile.am.
check_includes() {
	(cd "$src" && find src include/kiyya -name '*.[ch]' -type f | LC_ALL=C sort) >"$tmp/files"
	(cd "$src" && awk -v floors="$tmp/floors" -v doors="$tmp/doors" '
	function split_fields(line, out,   n, i) {
		n = split(line, out, /[ \t]+/)
		return n
	}
	function wrong(text) { printf "%s:%d: %s\n", FILENAME, FNR, text }
	function floor_of(file,   part) {
		if (file ~ /^include\/kiyya\//)
			return owner[file]
		split(file, part, "/")
		return part[2]
	}
	function is_here(name,   path, found, ignored) {
		path = FILENAME
		sub(/[^\/]*$/, "", path)
		found = (getline ignored < (path name)) >= 0
		close(path name)
		return found
	}
	BEGIN {
		while ((getline line < floors) > 0) {
			split(line, col, /[ \t]*:[ \t]*/)
			known[col[1]] = 1
			n = split_fields(col[2], below)
			may[col[1], col[1]] = 1
			for (i = 1; i <= n; i++)
				may[col[1], below[i]] = 1
		}
		while ((getline line < doors) > 0) {
			split_fields(line, col)
			n_doors++
			header[n_doors] = col[1]; allowed[n_doors] = col[2]; most[n_doors] = col[3]
		}
		floor = ""
		while ((getline line < "Makefile.am") > 0) {
			if (match(line, /^(lib[a-z]+_a|kiyya)_SOURCES/)) {
				floor = line
				sub(/_SOURCES.*/, "", floor)
				sub(/^lib/, "", floor); sub(/_a$/, "", floor)
				if (floor == "kiyya")
					floor = "app"
			}
			if (floor != "") {
				rest = line
				while (match(rest, /include\/kiyya\/[a-z0-9_]+\.h/)) {
					owner[substr(rest, RSTART, RLENGTH)] = floor
					rest = substr(rest, RSTART + RLENGTH)
				}
			}
			if (line !~ /\\$/)
				floor = ""
		}
		close("Makefile.am")
	}
	FNR == 1 {
		floor = floor_of(FILENAME)
		if (floor == "")
			wrong("no library in Makefile.am lists this header")
		else if (!(floor in known))
			wrong("no such floor: " floor)
	}
	/^[ \t]*#[ \t]*include[ \t]*["<]/ {
		line = $0
		quoted = line ~ /include[ \t]*"/
		sub(/^[^"<]*["<]/, "", line)
		sub(/[">].*/, "", line)
		if (line ~ /^kiyya\//) {
			target = owner["include/" line]
			if (target == "")
				wrong("no library in Makefile.am lists " line)
			else if ((floor in known) && !((floor, target) in may))
				wrong("an include upwards: " floor " may not know " target " (" line ")")
		} else if (quoted && line !~ /\// && is_here(line)) {
			next # a private header of this room
		} else {
			if (quoted)
				wrong("a private header of another folder: " line)
			for (i = 1; i <= n_doors; i++) {
				if (line !~ header[i])
					continue
				if (FILENAME !~ allowed[i])
					wrong("second include of a guarded library: <" line "> belongs to " allowed[i])
				else if (most[i] != "any" && ++seen[i] > most[i])
					wrong("second include of a guarded library: <" line "> has its one file already")
			}
		}
	}
	' $(cat "$tmp/files")) >>"$tmp/wrong"
}

variable() { # its value in the generated Makefile
	sed -n "s/^$1 = //p" "$build/Makefile" 2>/dev/null | head -n 1
}

# A program of everything in one floor, linked with the floors below only. An undefined reference is a
# call upwards. --no-as-needed and whole archives: nothing is left out because nobody asked for it.
link_floor() {
	floor=$1
	archives="-Wl,--whole-archive $build/lib$floor.a -Wl,--no-whole-archive"
	packages=$3
	# From the top down, as a linker wants them.
	for below in play stream vault store gateway net msg model base; do
		case " $2 " in
		*" $below "*)
			archives="$archives $build/lib$below.a"
			packages="$packages $(sed -n "s/^$below *:[^:]*: *//p" "$tmp/floors")"
			;;
		esac
	done
	libraries=
	# shellcheck disable=SC2086
	[ -z "${packages# }" ] || libraries=$(${PKG_CONFIG:-pkg-config} --libs $packages)
	# shellcheck disable=SC2086
	$cc $sanitize -o "$tmp/linked" "$tmp/main.o" $archives $libraries -lm -ldl -lpthread >"$tmp/said" 2>&1 &&
		return
	sed -n "s/.*undefined reference to \(symbol \)\{0,1\}[^A-Za-z_]*\([A-Za-z0-9_]*\).*/\2/p" "$tmp/said" | sort -u >"$tmp/names"
	if [ ! -s "$tmp/names" ]; then
		sed "s/^/lib$floor.a: /" "$tmp/said" >>"$tmp/wrong"
		return
	fi
	while read -r name; do
		where=$(cd "$src" && grep -n -w "$name" "src/$floor"/*.c | head -n 1 | cut -d: -f1,2)
		echo "${where:-src/$floor}: a call upwards: $name is not in $floor or below" >>"$tmp/wrong"
	done <"$tmp/names"
}

check_links() {
	cc=${CC:-$(variable CC)}
	cc=${cc:-cc}
	sanitize=$(variable SANITIZE_FLAGS)
	echo 'int main(void) { return 0; }' >"$tmp/main.c"
	# shellcheck disable=SC2086
	$cc $sanitize -c -o "$tmp/main.o" "$tmp/main.c" || exit 1
	while IFS=: read -r floor below packages; do
		floor=${floor%% *}
		[ "$floor" != app ] || continue # the program itself: make links it
		case " ${only:-$floor} " in
		*" $floor "*) ;;
		*) continue ;;
		esac
		if [ -f "$build/lib$floor.a" ]; then
			link_floor "$floor" "$below" "$packages"
		else
			echo "$build/lib$floor.a: this floor has not been built" >>"$tmp/wrong"
		fi
	done <"$tmp/floors"
}

[ "$what" = links ] || check_includes
[ "$what" = includes ] || check_links
if [ -s "$tmp/wrong" ]; then
	cat "$tmp/wrong"
	echo "check-layers: $(wc -l <"$tmp/wrong") wrong (doc/architecture.md says why)"
	exit 1
fi
echo "check-layers: every floor looks down only"
