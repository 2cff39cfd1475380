/* QuickJS as a command: runs the script of its input, which has print besides the language. An error ends it. */
#include <stdio.h>
#include "quickjs.h"

static void show(JSContext *context, FILE *stream, JSValueConst value) {
    const char *text = JS_ToCString(context, value);
    fputs(text ? text : "what has no text", stream);
    JS_FreeCString(context, text);
}

static JSValue print(JSContext *context, JSValueConst self, int count, JSValueConst *values) {
    for (int i = 0; i < count; i++) {
        if (i) putchar(' ');
        show(context, stdout, values[i]);
    }
    putchar('\n');
    return JS_UNDEFINED;
}

static int failed(JSContext *context, JSValue result) {
    if (!JS_IsException(result)) return 0;
    JSValue error = JS_GetException(context), stack = JS_GetPropertyStr(context, error, "stack");
    show(context, stderr, error);
    fputc('\n', stderr);
    if (!JS_IsUndefined(stack)) show(context, stderr, stack);
    return 1;
}

int main(void) {
    static char script[1 << 16];
    size_t length = fread(script, 1, sizeof script - 1, stdin);
    JSRuntime *runtime = JS_NewRuntime();
    JS_SetMaxStackSize(runtime, 100000);
    JSContext *context = JS_NewContext(runtime), *job;
    JSValue global = JS_GetGlobalObject(context);
    JS_SetPropertyStr(context, global, "print", JS_NewCFunction(context, print, "print", 1));
    JS_FreeValue(context, global);
    int failure = failed(context, JS_Eval(context, script, length, "input", JS_EVAL_TYPE_GLOBAL));
    while (!failure && JS_ExecutePendingJob(runtime, &job) > 0) continue;
    if (!failure) {
        JS_FreeContext(context);
        JS_FreeRuntime(runtime);
    }
    return failure;
}
