/* A tour of what command-line programs ask of WASI: arguments, standard streams, the heap, floats, folders and files.
   Its output depends on its arguments, its input and the folder /data alone, so two engines can be compared. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void arguments(int argc, char **argv) {
    for (int i = 0; i < argc; i++) printf("argument %d: '%s'\n", i, argv[i]);
    const char *language = getenv("TOUR_LANGUAGE");
    printf("language: %s\n", language ? language : "(unset)");
}

static void floats(void) {
    const double values[] = {0.0, -0.0, 1.0 / 3, M_PI, -2.5, 1e300 * 1e10, -INFINITY, 5e-324, DBL_MAX, 123456789.0625};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        printf("%f %.3e %g %.17g %a\n", values[i], values[i], values[i], values[i], values[i]);
    const float third = 1.0f / 3;
    printf("%.9g %.9g %d\n", third, sqrtf(2), isnan(nan("")));
    printf("%.12f %.12f %.12f %.12f\n", sin(1), exp(1), pow(2, 0.5), fmod(-7.5, 2));
    double parsed = strtod("0x1.921fb54442d18p+1", NULL);
    printf("%.15f %lld %u\n", parsed, (long long)-9.9e15, (unsigned)4294967295.0);
}

static int by_length_then_text(const void *left, const void *right) {
    const char *a = *(char *const *)left, *b = *(char *const *)right;
    size_t m = strlen(a), n = strlen(b);
    return m != n ? (m > n) - (m < n) : strcmp(a, b);
}

/* Every line of the input is kept on the heap: enough of them make the memory grow. */
static void input(void) {
    char **lines = NULL, buffer[256];
    size_t count = 0, bytes = 0;
    while (fgets(buffer, sizeof buffer, stdin)) {
        buffer[strcspn(buffer, "\n")] = 0;
        lines = realloc(lines, (count + 1) * sizeof *lines);
        lines[count] = malloc(strlen(buffer) + 1);
        strcpy(lines[count], buffer);
        bytes += strlen(lines[count++]);
    }
    if (count) qsort(lines, count, sizeof *lines, by_length_then_text);
    printf("%zu lines, %zu bytes\n", count, bytes);
    for (size_t i = 0; i < count; i++) printf("%3zu %s\n", i, lines[i]), free(lines[i]);
    free(lines);
}

static void heap(void) {
    uint32_t hash = 2166136261u;
    for (size_t size = 16; size <= 1 << 16; size *= 8) {
        unsigned char *block = calloc(1, size);
        for (size_t i = 0; i < size; i += 1 + size / 64) block[i] = (unsigned char)(i * 31);
        unsigned char *copy = memcpy(malloc(size), block, size);
        for (size_t i = 0; i < size; i += 1 + size / 128) hash = (hash ^ copy[i]) * 16777619u;
        free(block), free(copy);
    }
    printf("heap: %08x\n", hash);
}

static void list(const char *folder) {
    struct dirent *entry;
    int entries = 0;
    DIR *stream = opendir(folder);
    if (!stream) { printf("opendir: %s\n", strerror(errno)); return; }
    while ((entry = readdir(stream))) entries += entry->d_name[0] != '.';
    closedir(stream);
    printf("%d entries in %s\n", entries, folder);
}

static void report(const char *what, int result) {
    printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

static void files(void) {
    char text[64] = {0};
    struct stat status;
    FILE *file = fopen("/data/input.txt", "r");
    if (!file) { fprintf(stderr, "input.txt: %s\n", strerror(errno)); return; }
    printf("first line: %s", fgets(text, sizeof text, file));
    fseek(file, -4, SEEK_END);
    long position = ftell(file);
    printf("at %ld: %zu bytes\n", position, fread(text, 1, sizeof text, file));
    fclose(file);
    report("mkdir", mkdir("/data/made", 0777)), report("mkdir again", mkdir("/data/made", 0777));
    file = fopen("/data/made/output.txt", "w+");
    for (int i = 0; i < 200; i++) fprintf(file, "%d squared is %d\n", i, i * i);
    rewind(file);
    printf("read back: %s", fgets(text, sizeof text, file));
    fclose(file);
    stat("/data/made/output.txt", &status);
    printf("size %lld, %s\n", (long long)status.st_size, S_ISREG(status.st_mode) ? "regular" : "not regular");
    file = fopen("/data/made/output.txt", "a");
    fputs("the end\n", file), fclose(file);
    report("rename", rename("/data/made/output.txt", "/data/made/renamed.txt"));
    report("unlink", unlink("/data/input.txt"));
    list("/data"), list("/data/made"), list("/data/none");
    report("outside", open("/data/../etc/passwd", O_RDONLY));
    report("elsewhere", open("/etc/passwd", O_RDONLY));
}

static void clock_and_random(void) {
    struct timespec before, after;
    unsigned char bytes[64] = {0};
    clock_gettime(CLOCK_MONOTONIC, &before), clock_gettime(CLOCK_MONOTONIC, &after);
    int forward = after.tv_sec > before.tv_sec || (after.tv_sec == before.tv_sec && after.tv_nsec >= before.tv_nsec);
    getentropy(bytes, sizeof bytes);
    int nonzero = 0;
    for (size_t i = 0; i < sizeof bytes; i++) nonzero += bytes[i] != 0;
    printf("the clock goes %s, random bytes are %s\n", forward ? "forward" : "back", nonzero > 32 ? "random" : "not");
    printf("the year is %s\n", time(NULL) > 1577836800 ? "plausible" : "not");
}

int main(int argc, char **argv) {
    arguments(argc, argv);
    floats();
    input();
    heap();
    files();
    clock_and_random();
    fflush(stdout);
    fprintf(stderr, "%s is done\n", argv[0]);
    if (argc > 1 && !strcmp(argv[1], "abort")) abort();
    return argc > 1 ? atoi(argv[1]) : 0;
}
