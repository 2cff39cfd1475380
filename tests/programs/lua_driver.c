/* Lua as a command: runs the script of its input, with the libraries that need no system. An error ends it. */
#include <stdio.h>
#include "lauxlib.h"
#include "lualib.h"

static const luaL_Reg libraries[] = {
    {LUA_GNAME, luaopen_base}, {LUA_TABLIBNAME, luaopen_table}, {LUA_STRLIBNAME, luaopen_string},
    {LUA_MATHLIBNAME, luaopen_math}, {LUA_UTF8LIBNAME, luaopen_utf8},
};

int main(void) {
    static char script[1 << 16];
    size_t length = fread(script, 1, sizeof script, stdin);
    lua_State *state = luaL_newstate();
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        luaL_requiref(state, libraries[i].name, libraries[i].func, 1);
        lua_pop(state, 1);
    }
    if (luaL_loadbuffer(state, script, length, "=input") != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(state, -1));
        return 1;
    }
    lua_call(state, 0, 0);
    lua_close(state);
    return 0;
}
