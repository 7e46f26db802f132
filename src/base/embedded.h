/* Files that the binary carries (see src/embed.py): migrations, configuration, locales, the spec.
 */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

struct embedded_file {
    const char *name;  /* its path from the project's root; "openapi.json" for the specification */
    const char *bytes; /* NUL-terminated */
    unsigned long length;
};

/* Sorted by name, but for openapi.json, which is last. */
extern const struct embedded_file embedded_files[];
extern const unsigned long embedded_file_count;

/* The file with exactly this name, or NULL. */
const struct embedded_file *embedded_file(const char *name);

#endif
