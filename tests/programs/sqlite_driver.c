/* SQLite as a command: runs the SQL of its input on the database named by its argument, or on one in memory. */
#include <stdio.h>
#include <stdlib.h>
#include "sqlite3.h"

static int print_row(void *unused, int columns, char **values, char **names) {
    for (int i = 0; i < columns; i++) printf("%s%s", i ? "|" : "", values[i] ? values[i] : "NULL");
    putchar('\n');
    return 0;
}

int main(int argc, char **argv) {
    static char sql[1 << 16];
    char *message = NULL;
    sqlite3 *database;
    sql[fread(sql, 1, sizeof sql - 1, stdin)] = 0;
    int status = sqlite3_open(argc > 1 ? argv[1] : ":memory:", &database);
    if (status == SQLITE_OK) status = sqlite3_exec(database, sql, print_row, NULL, &message);
    if (status != SQLITE_OK) fprintf(stderr, "%s\n", message ? message : sqlite3_errmsg(database));
    sqlite3_close(database);
    return status;
}
