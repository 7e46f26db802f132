#include "store/embedded_probe.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"

#define CONNINFO_SIZE (PATH_MAX + 128)
#define PROOF_BYTES   16

static bool write_proof(const struct embedded_folder *folder, const char *path, const char *proof) {
    unlink(path);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    const struct embedded_user *user = &folder->user;
    bool written = (!user->other || fchown(file, user->uid, user->gid) == 0) &&
                   write(file, proof, strlen(proof)) == (ssize_t)strlen(proof);
    close(file);
    return written;
}

static void clear_result(PGresult **result) {
    PQclear(*result);
}

/* Its data_directory may be spelt differently (moved, bound, inherited): a fresh file there is not.
 */
static bool serves_our_folder(const struct embedded_folder *folder, PGconn *connection) {
    unsigned char random[PROOF_BYTES];
    char proof[PROOF_BYTES * 2 + 1];
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(proof, sizeof proof, random, sizeof random);
    char path[EMBEDDED_PATH_SIZE];
    embedded_cluster_path(folder, "understood.proof", path);
    if (!write_proof(folder, path, proof)) {
        return false;
    }
    CLEANUP(clear_result)
    PGresult *rows = PQexec(connection, "SELECT pg_read_file('understood.proof')");
    unlink(path);
    return PQresultStatus(rows) == PGRES_TUPLES_OK && strcmp(PQgetvalue(rows, 0, 0), proof) == 0;
}

static bool make_database(PGconn *connection) {
    CLEANUP(clear_result)
    PGresult *found =
        PQexec(connection, "SELECT FROM pg_database WHERE datname = '" EMBEDDED_DATABASE "'");
    if (PQntuples(found) == 1) {
        return true;
    }
    CLEANUP(clear_result) PGresult *made = PQexec(connection, "CREATE DATABASE " EMBEDDED_DATABASE);
    return PQresultStatus(made) == PGRES_COMMAND_OK;
}

static void finish_connection(PGconn **connection) {
    PQfinish(*connection);
}

enum embedded_answer embedded_probe(const struct embedded_folder *folder) {
    char conninfo[CONNINFO_SIZE];
    snprintf(conninfo, sizeof conninfo,
             "host='%s' port=5432 dbname=postgres user=" EMBEDDED_DATABASE " connect_timeout=5",
             folder->socket_dir);
    CLEANUP(finish_connection) PGconn *connection = PQconnectdb(conninfo);
    if (PQstatus(connection) != CONNECTION_OK) {
        return EMBEDDED_SILENT;
    }
    if (!serves_our_folder(folder, connection)) {
        log_error("the PostgreSQL at %s does not serve %s: stop it, or set UNDERSTOOD_DATA_DIR to "
                  "another folder",
                  folder->socket_dir, folder->cluster);
        return EMBEDDED_UNUSABLE;
    }
    if (!make_database(connection)) {
        log_error("could not make the database: %s", PQerrorMessage(connection));
        return EMBEDDED_UNUSABLE;
    }
    return EMBEDDED_READY;
}
