/* A lookup that finds nothing, and a caller that does not look. In WebAssembly address 0 is memory like any other. */
#include <stdio.h>
#include <string.h>

struct entry {
    const char *name;
    int population;
};

static const struct entry cities[] = {{"Lagos", 15388000}, {"Lima", 10883000}, {"Oslo", 709037}};

__attribute__((noinline)) static const struct entry *find(const char *name) {
    for (size_t i = 0; i < sizeof cities / sizeof *cities; i++)
        if (strcmp(cities[i].name, name) == 0)
            return &cities[i];
    return NULL;
}

__attribute__((noinline)) static int population(const struct entry *volatile city) {
    return city->population;
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        printf("%s: %d\n", argv[i], population(find(argv[i])));
        fflush(stdout);
    }
    return 0;
}
