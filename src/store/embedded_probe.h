/* Is the server at the folder's socket the one of this folder? */
#ifndef STORE_EMBEDDED_PROBE_H
#define STORE_EMBEDDED_PROBE_H

#include "store/embedded_folder.h"

#define EMBEDDED_DATABASE "understood" /* and its superuser's name */

enum embedded_answer {
    EMBEDDED_SILENT,   /* nobody, or not ready yet */
    EMBEDDED_READY,    /* it serves this folder, and our database exists */
    EMBEDDED_UNUSABLE, /* logged */
};

enum embedded_answer embedded_probe(const struct embedded_folder *folder);

#endif
