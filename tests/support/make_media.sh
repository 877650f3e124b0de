#!/bin/sh
# Draws the demo's clips with ffmpeg: make_media.sh DIR [TABLE]. A second run does nothing.
#
# H.264 and AAC, one thread and bit-exact flags, so that the same ffmpeg draws the same bytes. A file gets
# its final name when it is whole, DIR/catalog.tsv (a copy of the table) when everything is there.
set -eu
LC_ALL=C
export LC_ALL

[ $# -ge 1 ] || {
	echo "usage: make_media.sh DIR [TABLE]" >&2
	exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
dir=$1
table=${2:-$here/demo.tsv}
mkdir -p "$dir"
# Two tests may come here at once: the second waits, then finds everything done.
exec 9>"$dir/lock"
! command -v flock >/dev/null || flock 9
stamp=$(cat "$table" "$here/make_media.sh" | cksum)
[ -e "$dir/catalog.tsv" ] && [ "$(cat "$dir/stamp" 2>/dev/null)" = "$stamp" ] && exit 0
command -v ffmpeg >/dev/null || {
	echo "make_media.sh: ffmpeg is missing: apt-get install ffmpeg" >&2
	exit 1
}
rm -f "$dir/catalog.tsv" "$dir/stamp"

has_flag() { # FLAGS NAME
	case ";$1;" in *";$2;"*) return 0 ;; esac
	return 1
}

draw() { # ARGS... : ffmpeg, quiet, nothing on standard input, one thread, no dates or versions in the file
	ffmpeg -nostdin -v error -y -filter_threads 1 "$@"
}
exact="-threads 1 -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact"
h264="-c:v libx264 -preset ultrafast -profile:v main -pix_fmt yuv420p -g 50 -keyint_min 50 -sc_threshold 0"
aac="-c:a aac -ar 44100 -ac 2 -b:a 96k"

# Words on the picture where this ffmpeg has a font, else the bare test picture.
caption=
if draw -f lavfi -i color=s=64x64:d=0.04 -vf drawtext=text=x -f null - 2>/dev/null; then
	caption=",drawtext=text='%NAME% %{pts\:hms}':x=(w-tw)/2:y=h-2*th:fontsize=h/12:fontcolor=white:box=1"
fi

make_video() { # NAME FILE SECONDS SIZE KBPS FLAGS HUE
	filters="hue=h=$7"
	has_flag "$6" noise && filters="$filters,noise=alls=40:allf=t:all_seed=7"
	filters="$filters$(echo "$caption" | sed "s/%NAME%/${2%.*}/")"
	index=+faststart
	has_flag "$6" moov-end && index=+write_colr
	# shellcheck disable=SC2086
	draw -f lavfi -i "testsrc2=s=$4:r=25:d=$3" -f lavfi -i "sine=f=$((220 + $7)):d=$3" \
		-vf "$filters" $h264 -b:v "$5k" -minrate "$5k" -maxrate "$5k" -bufsize "$5k" $aac $exact \
		-movflags $index -f mp4 "$dir/$2.part"
	draw -i "$dir/$2.part" -frames:v 1 -vf scale=-2:220 -threads 1 -fflags +bitexact \
		-flags:v +bitexact -c:v mjpeg -f image2 "$dir/${2%.*}.jpg"
	mv "$dir/$2.part" "$dir/$2"
}

make_audio() { # FILE SECONDS
	# shellcheck disable=SC2086
	draw -f lavfi -i "sine=f=330:d=$2" $aac $exact -f mp4 "$dir/$1.part"
	mv "$dir/$1.part" "$dir/$1"
}

# One step of the transcoder's ladder. Real segments last 10 s; 4 s give short clips several of them.
make_tier() { # SOURCE FOLDER N HEIGHT KBPS FPS
	# shellcheck disable=SC2086
	draw -i "$1" -vf "scale=-2:$4,fps=$6" $h264 -g $((2 * $6)) -keyint_min $((2 * $6)) \
		-b:v "$5k" -maxrate "$5k" -bufsize "$5k" $aac $exact \
		-f hls -hls_time 4 -hls_playlist_type vod -hls_flags independent_segments \
		-hls_segment_type mpegts -hls_segment_filename "$2/v$3_s%06d.ts" "$2/v$3.m3u8"
}

# The master playlist in the player host's wording: blank lines between, no newline at the end.
make_ladder() { # FILE SIZE
	height=${2#*x}
	folder=$dir/${1%.*}.hls
	rm -rf "$folder.part"
	mkdir "$folder.part"
	n=0
	master="#EXTM3U
#EXT-X-VERSION:6"
	while read -r tier kbps fps bandwidth resolution codec; do
		[ "$tier" -le "$height" ] || continue
		make_tier "$dir/$1" "$folder.part" $n "$tier" "$kbps" "$fps"
		[ $n -eq 0 ] || master="$master
"
		master="$master
#EXT-X-STREAM-INF:BANDWIDTH=$bandwidth,RESOLUTION=$resolution,CODECS=\"$codec,mp4a.40.2\",CLOSED-CAPTIONS=NONE
v$n.m3u8"
		n=$((n + 1))
	done <<-TIERS
		720 1000 25 2890800 1280x720 avc1.4d401f
		360 350 25 655600 640x360 avc1.4d401e
		144 100 15 215600 256x144 avc1.4d400b
	TIERS
	printf %s "$master" >"$folder.part/master.m3u8"
	rm -rf "$folder"
	mv "$folder.part" "$folder"
}

# Every second row of the table beginning with the given one, so that two of these fill two cores.
make_rows() { # FIRST
	row=0
	while IFS='	' read -r channel kind name _ file seconds size kbps _ _ _ flags _; do
		case $channel in '#'* | '') continue ;; esac
		[ "$file" != - ] || continue
		row=$((row + 1))
		[ $((row % 2)) -eq "$1" ] || continue
		if [ "$kind" = audio ]; then
			make_audio "$file" "$seconds"
		else
			make_video "$name" "$file" "$seconds" "$size" "$kbps" "$flags" $((row * 37 % 360))
			! has_flag "$flags" hls || make_ladder "$file" "$size"
		fi
	done <"$table"
}

make_rows 1 &
other=$!
make_rows 0
wait "$other"
cp "$table" "$dir/catalog.tsv"
echo "$stamp" >"$dir/stamp"
