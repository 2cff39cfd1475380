/* Brotli as a filter: packs its input, or unpacks it with -d. -N is the quality, 0 to 9. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "brotli/decode.h"
#include "brotli/encode.h"

static uint8_t input[1 << 20], output[1 << 20];

static int pack(size_t length, int quality) {
    size_t packed = sizeof output;
    if (!BrotliEncoderCompress(quality, 18, BROTLI_MODE_TEXT, length, input, &packed, output)) return 1;
    fwrite(output, 1, packed, stdout);
    return 0;
}

static int unpack(size_t length) {
    BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    const uint8_t *from = input;
    BrotliDecoderResult result;
    do {
        uint8_t *to = output;
        size_t room = sizeof output;
        result = BrotliDecoderDecompressStream(state, &length, &from, &room, &to, NULL);
        fwrite(output, 1, to - output, stdout);
    } while (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);
    if (result != BROTLI_DECODER_RESULT_SUCCESS) {
        fprintf(stderr, "%s\n", BrotliDecoderErrorString(BrotliDecoderGetErrorCode(state)));
        return 1;
    }
    BrotliDecoderDestroyInstance(state);
    return 0;
}

int main(int count, char **arguments) {
    size_t length = fread(input, 1, sizeof input, stdin);
    const char *option = count > 1 ? arguments[1] : "-5";
    return strcmp(option, "-d") == 0 ? unpack(length) : pack(length, atoi(option + 1));
}
