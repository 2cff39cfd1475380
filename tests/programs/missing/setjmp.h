/* wasi-libc has no setjmp.h, which some programs include though they are built to do without. */
typedef int jmp_buf[1];
