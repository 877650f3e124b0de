/* What a command costs.
 *
 *	took COMMAND...		"MS CPU_MS KIB": from start to exit, processor time, most resident memory of one process
 *
 * Of the command and of what it waited for. Its output goes nowhere; its failure is ours. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double ms_of(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

int main(int argc, char **argv)
{
	struct timespec begin, end;
	struct rusage used;
	int status;
	if (argc < 2)
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	pid_t pid = fork();
	if (pid == 0) {
		int nowhere = open("/dev/null", O_RDWR);
		if (nowhere < 0 || dup2(nowhere, 0) < 0 || dup2(nowhere, 1) < 0 ||
		    dup2(nowhere, 2) < 0)
			_exit(126);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "took: %s failed (status %d)\n", argv[1], status);
		return 1;
	}
	double ms = (double)(end.tv_sec - begin.tv_sec) * 1e3 +
		    (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
	printf("%.0f %.0f %ld\n", ms, ms_of(used.ru_utime) + ms_of(used.ru_stime), used.ru_maxrss);
	return 0;
}
