/* A function that cleans up a string in place, and a caller that hands it a constant. */
#include <ctype.h>
#include <stdio.h>

static const char usage[] = "usage: rodata WORD";

__attribute__((noinline)) static void shout(volatile char *text) {
    for (; *text; text++)
        *text = toupper(*text);
}

int main(int argc, char **argv) {
    if (argc < 2)
        shout((char *)usage);
    else
        shout(argv[1]);
    puts(argc < 2 ? usage : argv[1]);
    return 0;
}
