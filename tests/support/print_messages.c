/* Prints the message list as Markdown, for doc/messages.md. */
#include <stdio.h>
#include "kiyya/msg.h"

int main(void)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	msg_write_doc(&out);
	fputs(out.data, stdout);
	buf_release(&out);
	return fflush(stdout) == 0 ? 0 : 1;
}
