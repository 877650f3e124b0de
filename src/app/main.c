/* main(): reads the options, starts the backend, runs the screen or one command. */
#include <stdio.h>

int main(int argc, char **argv)
{
	puts(PACKAGE_STRING);
	return 0;
}
