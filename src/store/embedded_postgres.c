#include "store/embedded_postgres.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/time.h"
#include "store/embedded_folder.h"
#include "store/embedded_lock.h"
#include "store/postgres_program.h"

#define START_LIMIT_US     (300 * US_PER_SECOND) /* recovery after a crash may take a while */
#define ANSWER_LIMIT_US    (60 * US_PER_SECOND)  /* of one that is already running */
#define NOTICE_INTERVAL_US (10 * US_PER_SECOND)
#define IMMEDIATE_LIMIT_US US_PER_SECOND
#define POLL_INTERVAL_US   10000
#define FILE_PATH_SIZE     (PATH_MAX + 64)
#define CONNINFO_SIZE      (PATH_MAX + 128)
#define SOCKET_NAME        ".s.PGSQL.5432"
#define PROOF_BYTES        16
#define LOG_LINE_BYTES_MAX 400
#define DATABASE_NAME      "understood" /* and its superuser's name */

struct embedded_postgres {
    struct embedded_folder folder;
    struct embedded_options options;
    int lock;         /* the lock file; our locks are bound to it */
    pid_t child;      /* PostgreSQL or initdb, when we started it; else 0 */
    off_t log_begin;  /* of that program's part of the log */
    pid_t postmaster; /* known once it has proved to serve our folder */
    char conninfo[CONNINFO_SIZE];
};

enum progress {
    PROGRESS_WAITING,
    PROGRESS_READY,
    PROGRESS_FAILED, /* logged */
};

static void wait_a_little(void) {
    usleep(POLL_INTERVAL_US);
}

static bool interrupted(const struct embedded_postgres *postgres) {
    return postgres->options.interrupted && postgres->options.interrupted();
}

/* ---- its files ---- */

static void cluster_file(const struct embedded_postgres *postgres, const char *name,
                         char path[FILE_PATH_SIZE]) {
    snprintf(path, FILE_PATH_SIZE, "%s/%s", postgres->folder.cluster, name);
}

/* The whole number on a file's first line; 0 when there is none. */
static int read_number(const struct embedded_postgres *postgres, const char *name) {
    char path[FILE_PATH_SIZE];
    cluster_file(postgres, name, path);
    FILE *file = fopen(path, "re");
    if (!file) {
        return 0;
    }
    char line[32] = "";
    int64_t number = 0;
    if (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        parse_int(line, 1, INT32_MAX, &number);
    }
    fclose(file);
    return (int)number;
}

static bool names_a_cause(const char *line) {
    return strstr(line, "FATAL:") || strstr(line, "PANIC:") || strstr(line, "error:");
}

/* Why the program we started ended: the last line of its log that names a cause, else the last. */
static void find_cause(const struct embedded_postgres *postgres, char cause[LOG_LINE_BYTES_MAX]) {
    cause[0] = '\0';
    FILE *file = fopen(postgres->folder.log, "re");
    if (!file) {
        return;
    }
    char line[LOG_LINE_BYTES_MAX];
    fseeko(file, postgres->log_begin, SEEK_SET);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] && (names_a_cause(line) || !names_a_cause(cause))) {
            snprintf(cause, LOG_LINE_BYTES_MAX, "%s", line);
        }
    }
    fclose(file);
}

/* ---- is the server at our socket the one of our folder? ---- */

static bool write_proof(const struct embedded_postgres *postgres, const char *path,
                        const char *proof) {
    unlink(path);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return false;
    }
    const struct embedded_user *user = &postgres->folder.user;
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
static bool serves_our_folder(const struct embedded_postgres *postgres, PGconn *connection) {
    unsigned char random[PROOF_BYTES];
    char proof[PROOF_BYTES * 2 + 1];
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(proof, sizeof proof, random, sizeof random);
    char path[FILE_PATH_SIZE];
    cluster_file(postgres, "understood.proof", path);
    if (!write_proof(postgres, path, proof)) {
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
        PQexec(connection, "SELECT FROM pg_database WHERE datname = '" DATABASE_NAME "'");
    if (PQntuples(found) == 1) {
        return true;
    }
    CLEANUP(clear_result) PGresult *made = PQexec(connection, "CREATE DATABASE " DATABASE_NAME);
    return PQresultStatus(made) == PGRES_COMMAND_OK;
}

static void finish_connection(PGconn **connection) {
    PQfinish(*connection);
}

static enum progress try_connection(const struct embedded_postgres *postgres) {
    char conninfo[CONNINFO_SIZE];
    snprintf(conninfo, sizeof conninfo,
             "host='%s' port=5432 dbname=postgres user=" DATABASE_NAME " connect_timeout=5",
             postgres->folder.socket_dir);
    CLEANUP(finish_connection) PGconn *connection = PQconnectdb(conninfo);
    if (PQstatus(connection) != CONNECTION_OK) {
        return PROGRESS_WAITING;
    }
    if (!serves_our_folder(postgres, connection)) {
        log_error("the PostgreSQL at %s does not serve %s: stop it, or set UNDERSTOOD_DATA_DIR to "
                  "another folder",
                  postgres->folder.socket_dir, postgres->folder.cluster);
        return PROGRESS_FAILED;
    }
    if (!make_database(connection)) {
        log_error("could not make the database: %s", PQerrorMessage(connection));
        return PROGRESS_FAILED;
    }
    return PROGRESS_READY;
}

/* ---- starting ---- */

static bool child_ended(struct embedded_postgres *postgres, int *status) {
    if (postgres->child > 0 && waitpid(postgres->child, status, WNOHANG) == postgres->child) {
        postgres->child = 0;
        return true;
    }
    return false;
}

static void give_up_child(struct embedded_postgres *postgres) {
    if (postgres->child > 0) {
        kill(-postgres->child, SIGQUIT); /* its whole session: initdb has children */
        waitpid(postgres->child, NULL, 0);
        postgres->child = 0;
    }
}

static bool spawn(struct embedded_postgres *postgres, const struct postgres_start *start) {
    struct stat log;
    postgres->log_begin = stat(postgres->folder.log, &log) == 0 ? log.st_size : 0;
    postgres->child = postgres_spawn(start);
    if (postgres->child < 0) {
        postgres->child = 0;
        return false;
    }
    return true;
}

static void log_end(const struct embedded_postgres *postgres, const char *what) {
    char reason[LOG_LINE_BYTES_MAX];
    find_cause(postgres, reason);
    log_error("%s failed (see %s): %s", what, postgres->folder.log, reason);
}

/* Waits for initdb; false when it failed or we were interrupted. */
static bool finish_initdb(struct embedded_postgres *postgres) {
    int status = 0;
    while (!child_ended(postgres, &status)) {
        if (interrupted(postgres)) {
            give_up_child(postgres);
            return false;
        }
        wait_a_little();
    }
    if (status != 0) {
        log_end(postgres, "initdb");
    }
    return status == 0;
}

/* In another folder first: one that was left half made by a kill is never mistaken for a whole one.
 */
static bool make_cluster(struct embedded_postgres *postgres,
                         const struct postgres_programs *programs, int lock) {
    const struct embedded_folder *folder = &postgres->folder;
    log_info("making a database in %s (PostgreSQL %d, as user %s)", folder->cluster,
             programs->major, folder->user.name);
    if (!embedded_folder_remove(folder->partial) || mkdir(folder->partial, 0700) ||
        (folder->user.other && chown(folder->partial, folder->user.uid, folder->user.gid))) {
        log_error("could not make %s: %s", folder->partial, strerror(errno));
        return false;
    }
    const char *data = folder->out_of_reach ? INHERITED_FOLDER : folder->partial;
    char *const arguments[] = {"initdb",
                               "-D",
                               (char *)data,
                               "--username=" DATABASE_NAME,
                               "--auth=trust",
                               "--encoding=UTF8",
                               "--locale=C",
                               "--no-instructions",
                               NULL};
    struct postgres_start start = {folder, programs, arguments, folder->partial, lock};
    if (!spawn(postgres, &start) || !finish_initdb(postgres)) {
        return false;
    }
    if (rename(folder->partial, folder->cluster)) {
        log_error("could not rename %s: %s", folder->partial, strerror(errno));
        return false;
    }
    return true;
}

static bool find_programs(const struct embedded_postgres *postgres,
                          struct postgres_programs *programs) {
    int major = read_number(postgres, "PG_VERSION");
    if (!postgres_programs_find(programs, postgres->options.bindir, major)) {
        log_error("PostgreSQL's server programs (initdb, postgres) are not in %s: apt-get install "
                  "postgresql, or set DATABASE_URL to use a server elsewhere",
                  *postgres->options.bindir ? postgres->options.bindir
                                            : "/usr/lib/postgresql or PATH");
        return false;
    }
    if (major > 0 && programs->major != major) {
        log_error("%s was made by PostgreSQL %d, but %s has version %d: apt-get install "
                  "postgresql-%d, or move the data with pg_dump, or set UNDERSTOOD_DATA_DIR to a "
                  "new folder",
                  postgres->folder.cluster, major, programs->dir, programs->major, major);
        return false;
    }
    return true;
}

/* True for a postmaster that somebody started by hand in our folder: ours all hold the lock. */
static bool runs_in_cluster(const struct embedded_postgres *postgres, int number) {
    char link[64];
    char at[PATH_MAX] = "";
    snprintf(link, sizeof link, "/proc/%d/cwd", number);
    return readlink(link, at, sizeof at - 1) > 0 && strcmp(at, postgres->folder.cluster) == 0;
}

/*
 * PostgreSQL believes lock files that name a living process, also when that is another program
 * which has the number now, as happens in containers, or a zombie. We know better: we hold the lock
 * that all processes of ours inherit.
 */
static void remove_stale_files(const struct embedded_postgres *postgres) {
    int number = read_number(postgres, "postmaster.pid");
    if (number == 0 || runs_in_cluster(postgres, number)) {
        return;
    }
    char path[FILE_PATH_SIZE];
    cluster_file(postgres, "postmaster.pid", path);
    unlink(path);
    snprintf(path, sizeof path, "%s/" SOCKET_NAME ".lock", postgres->folder.socket_dir);
    unlink(path);
}

static bool spawn_postgres(struct embedded_postgres *postgres,
                           const struct postgres_programs *programs, int lock) {
    const struct embedded_folder *folder = &postgres->folder;
    char sockets[FILE_PATH_SIZE];
    snprintf(sockets, sizeof sockets, "unix_socket_directories=\"%s\"", folder->socket_dir);
    const char *data = folder->out_of_reach ? INHERITED_FOLDER : folder->cluster;
    /* clang-format off */
    char *const arguments[] = {
        "postgres", "-D", (char *)data,
        "-c", sockets,
        "-c", "listen_addresses=", "-c", "port=5432", "-c", "unix_socket_permissions=0700",
        "-c", "jit=off", "-c", "dynamic_shared_memory_type=mmap", "-c", "shared_buffers=128MB",
        "-c", "max_wal_size=2GB", "-c", "wal_compression=on", "-c", "log_checkpoints=off",
        "-c", "timezone=UTC", "-c", "cluster_name=understood",
        NULL,
    };
    /* clang-format on */
    struct postgres_start start = {folder, programs, arguments, folder->cluster, lock};
    return spawn(postgres, &start);
}

/* lock is the inherited one; nothing of ours runs in the folder. */
static bool start_postgres(struct embedded_postgres *postgres, int lock) {
    struct postgres_programs programs = {0};
    bool exists = read_number(postgres, "PG_VERSION") > 0;
    if (!find_programs(postgres, &programs) ||
        !embedded_folder_make_socket_dir(&postgres->folder) ||
        (!exists && !make_cluster(postgres, &programs, lock))) {
        return false;
    }
    remove_stale_files(postgres);
    return spawn_postgres(postgres, &programs, lock);
}

/* Starts PostgreSQL unless one of ours lives already; false, logged, when that fails. */
static bool start_unless_running(struct embedded_postgres *postgres) {
    int lock = embedded_lock_open(postgres->folder.lock);
    bool started = true;
    if (lock >= 0 && embedded_lock_try(lock, LOCK_POSTGRES)) {
        started = start_postgres(postgres, lock);
    }
    if (lock >= 0) {
        close(lock); /* a child keeps it held */
    }
    return started;
}

static enum progress next_progress(struct embedded_postgres *postgres) {
    if (interrupted(postgres)) {
        return PROGRESS_FAILED;
    }
    int status;
    if (child_ended(postgres, &status)) {
        log_end(postgres, "postgres");
        return PROGRESS_FAILED;
    }
    enum progress progress = try_connection(postgres);
    /* One that was dying when we looked is gone by now: then it is ours to start. */
    if (progress == PROGRESS_WAITING && postgres->child == 0 && !start_unless_running(postgres)) {
        return PROGRESS_FAILED;
    }
    return progress;
}

static bool wait_ready(struct embedded_postgres *postgres) {
    int64_t begin_us = time_monotonic_us();
    int64_t notice_us = begin_us + NOTICE_INTERVAL_US;
    enum progress progress;
    while ((progress = next_progress(postgres)) == PROGRESS_WAITING) {
        int64_t now_us = time_monotonic_us();
        if (now_us > begin_us + (postgres->child ? START_LIMIT_US : ANSWER_LIMIT_US)) {
            log_error("a PostgreSQL runs on %s but does not answer at %s: see %s, stop it, then "
                      "start again",
                      postgres->folder.cluster, postgres->folder.socket_dir, postgres->folder.log);
            progress = PROGRESS_FAILED;
            break;
        }
        if (now_us > notice_us) {
            log_info("still waiting for PostgreSQL to start (see %s)", postgres->folder.log);
            notice_us = now_us + NOTICE_INTERVAL_US;
        }
        wait_a_little();
    }
    if (progress != PROGRESS_READY) {
        give_up_child(postgres);
    }
    return progress == PROGRESS_READY;
}

/* Variables such as PGOPTIONS or PGSERVICE are meant for other servers. */
static void forget_libpq_variables(void) {
    static const char *const names[] = {"PGOPTIONS", "PGSERVICE",  "PGHOSTADDR",
                                        "PGSSLMODE", "PGPASSWORD", "PGTARGETSESSIONATTRS"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unsetenv(names[i]);
    }
}

static bool take_start_lock(struct embedded_postgres *postgres) {
    int64_t end_us = time_monotonic_us() + START_LIMIT_US;
    while (!embedded_lock_try(postgres->lock, LOCK_START)) {
        if (interrupted(postgres) || time_monotonic_us() > end_us) {
            log_error("another process is starting or stopping the database in %s",
                      postgres->folder.dir);
            return false;
        }
        wait_a_little();
    }
    return true;
}

static bool open_folder(struct embedded_postgres *postgres) {
    if (!embedded_folder_open(&postgres->folder, postgres->options.data_dir)) {
        return false;
    }
    postgres->lock = embedded_lock_open(postgres->folder.lock);
    if (postgres->lock < 0) {
        log_error("could not open %s: %s; run as the user that made it, or set UNDERSTOOD_DATA_DIR "
                  "to another folder",
                  postgres->folder.lock, strerror(errno));
        return false;
    }
    if (postgres->options.serving && !embedded_lock_try(postgres->lock, LOCK_SERVE)) {
        log_error("another `understood serve` runs on %s: stop it first, or give this one a folder "
                  "of its own with UNDERSTOOD_DATA_DIR",
                  postgres->folder.dir);
        return false;
    }
    return true;
}

static bool bring_up(struct embedded_postgres *postgres) {
    if (!open_folder(postgres) || !take_start_lock(postgres)) {
        return false;
    }
    bool ready = start_unless_running(postgres) && wait_ready(postgres) &&
                 embedded_lock_try_shared(postgres->lock, LOCK_USERS);
    embedded_lock_release(postgres->lock, LOCK_START);
    return ready;
}

static void free_postgres(struct embedded_postgres *postgres) {
    if (postgres->lock >= 0) {
        close(postgres->lock);
    }
    free(postgres);
}

struct embedded_postgres *embedded_postgres_start(const struct embedded_options *options) {
    struct embedded_postgres *postgres = calloc(1, sizeof *postgres);
    if (!postgres) {
        return NULL;
    }
    postgres->options = *options;
    postgres->lock = -1;
    forget_libpq_variables();
    if (!bring_up(postgres)) {
        free_postgres(postgres);
        return NULL;
    }
    postgres->postmaster = read_number(postgres, "postmaster.pid");
    snprintf(postgres->conninfo, sizeof postgres->conninfo,
             "host='%s' port=5432 dbname=" DATABASE_NAME " user=" DATABASE_NAME,
             postgres->folder.socket_dir);
    return postgres;
}

const char *embedded_postgres_conninfo(const struct embedded_postgres *postgres) {
    return postgres->conninfo;
}

/* ---- stopping ---- */

/* True once no process of the database is left. */
static bool wait_gone(struct embedded_postgres *postgres, int64_t limit_us) {
    int probe = embedded_lock_open(postgres->folder.lock);
    int64_t end_us = time_monotonic_us() + limit_us;
    bool gone = false;
    while (probe >= 0 && !(gone = embedded_lock_try(probe, LOCK_POSTGRES)) &&
           time_monotonic_us() < end_us) {
        wait_a_little();
    }
    if (probe >= 0) {
        close(probe);
    }
    return gone;
}

static void stop_postgres(struct embedded_postgres *postgres, unsigned wait_ms) {
    pid_t postmaster = postgres->postmaster;
    if (postmaster > 0 && kill(postmaster, SIGINT) == 0 &&
        !wait_gone(postgres, wait_ms * INT64_C(1000))) {
        log_info("the database does not shut down in time; it will recover at its next start");
        kill(postmaster, SIGQUIT);
        wait_gone(postgres, IMMEDIATE_LIMIT_US);
    }
    if (postgres->child > 0) {
        waitpid(postgres->child, NULL, WNOHANG);
    }
}

void embedded_postgres_abandon(const struct embedded_postgres *postgres) {
    bool last = embedded_lock_try(postgres->lock, LOCK_USERS);
    if (postgres->postmaster > 0 && (last || postgres->options.serving)) {
        kill(postgres->postmaster, postgres->options.serving ? SIGQUIT : SIGINT);
    }
}

void embedded_postgres_stop(struct embedded_postgres *postgres, unsigned wait_ms) {
    if (!postgres) {
        return;
    }
    postgres->options.interrupted = NULL;
    if (take_start_lock(postgres)) {
        /* Held shared by everybody who still uses it: having it alone means to be the last. */
        bool last = embedded_lock_try(postgres->lock, LOCK_USERS);
        if (last || postgres->options.serving) {
            stop_postgres(postgres, wait_ms);
        }
    }
    free_postgres(postgres);
}
