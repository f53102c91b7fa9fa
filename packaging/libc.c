/*
 * Two functions of the C library, small. A static program takes these before those of the library,
 * which bring 20 kB along: a sort for any length, and all of printf for the name of a thread.
 */
#include <stddef.h>

/* The only caller is getaddrinfo, which sorts at most 48 addresses. Stable, as no caller needs. */
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    char *items = base;
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j > 0; j--) {
            char *here = items + j * size, *before = here - size;
            if (compare(before, here) <= 0)
                break;
            for (size_t k = 0; k < size; k++) {
                char byte = here[k];
                here[k] = before[k];
                before[k] = byte;
            }
        }
}

/* std names threads through it; the program's have no names. */
int pthread_setname_np(void *thread, const char *name)
{
    (void)thread;
    (void)name;
    return 0;
}
