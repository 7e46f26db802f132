#include "store/embedded_child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "store/embedded_probe.h"
#include "store/postgres_program.h"

#define POLL_INTERVAL_US   10000
#define QUIT_LIMIT_US      US_PER_SECOND
#define SOCKET_NAME        ".s.PGSQL.5432"
#define LOG_LINE_BYTES_MAX 400

static bool is_interrupted(const struct embedded_child *child) {
    return child->interrupted && child->interrupted();
}

static bool has_ended(struct embedded_child *child, int *status) {
    if (child->id > 0 && waitpid(child->id, status, WNOHANG) == child->id) {
        child->id = 0;
        return true;
    }
    return false;
}

void embedded_child_kill(struct embedded_child *child) {
    int status;
    int64_t end_us = time_monotonic_us() + QUIT_LIMIT_US;
    if (child->id > 0) {
        kill(-child->id, SIGQUIT); /* its whole session: initdb has children */
    }
    while (child->id > 0 && !has_ended(child, &status)) {
        if (time_monotonic_us() > end_us) {
            kill(-child->id, SIGKILL);
        }
        usleep(POLL_INTERVAL_US);
    }
}

static bool names_a_cause(const char *line) {
    return strstr(line, "FATAL:") || strstr(line, "PANIC:") || strstr(line, "error:");
}

/* Why the program we started ended: the last line of its log that names a cause, else the last. */
static void find_cause(const struct embedded_child *child, char cause[LOG_LINE_BYTES_MAX]) {
    cause[0] = '\0';
    FILE *file = fopen(child->folder->log, "re");
    if (!file) {
        return;
    }
    char line[LOG_LINE_BYTES_MAX];
    fseeko(file, child->log_begin, SEEK_SET);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] && (names_a_cause(line) || !names_a_cause(cause))) {
            snprintf(cause, LOG_LINE_BYTES_MAX, "%s", line);
        }
    }
    fclose(file);
}

static bool spawn(struct embedded_child *child, const struct postgres_start *start) {
    struct stat log;
    child->log_begin = stat(child->folder->log, &log) == 0 ? log.st_size : 0;
    child->id = postgres_spawn(start);
    if (child->id < 0) {
        child->id = 0;
        return false;
    }
    return true;
}

static void log_end(const struct embedded_child *child, const char *what) {
    char reason[LOG_LINE_BYTES_MAX];
    find_cause(child, reason);
    log_error("%s failed (see %s): %s", what, child->folder->log, reason);
}

/* Waits for initdb; false when it failed or we were interrupted. */
static bool finish_initdb(struct embedded_child *child) {
    int status = 0;
    while (!has_ended(child, &status)) {
        if (is_interrupted(child)) {
            embedded_child_kill(child);
            return false;
        }
        usleep(POLL_INTERVAL_US);
    }
    if (status != 0) {
        log_end(child, "initdb");
    }
    return status == 0;
}

/* In another folder first: one that was left half made by a kill is never mistaken for a whole one.
 */
static bool make_cluster(struct embedded_child *child, const struct postgres_programs *programs,
                         int lock) {
    const struct embedded_folder *folder = child->folder;
    log_info("making a database in %s (PostgreSQL %d, as user %s)", folder->cluster,
             programs->major, folder->user.name);
    if (!embedded_folder_remove(folder->partial) || mkdir(folder->partial, 0700) ||
        (folder->user.other && chown(folder->partial, folder->user.uid, folder->user.gid))) {
        log_error("could not make %s: %s", folder->partial, strerror(errno));
        return false;
    }
    const char *data = folder->out_of_reach ? INHERITED_FOLDER : folder->partial;
    char user[] = "--username=" EMBEDDED_DATABASE;
    char *arguments[] = {"initdb",          "-D",         (char *)data,        user, "--auth=trust",
                         "--encoding=UTF8", "--locale=C", "--no-instructions", NULL};
    struct postgres_start start = {folder, programs, arguments, folder->partial, lock};
    if (!spawn(child, &start) || !finish_initdb(child)) {
        return false;
    }
    if (rename(folder->partial, folder->cluster)) {
        log_error("could not rename %s: %s", folder->partial, strerror(errno));
        return false;
    }
    return true;
}

static bool find_programs(const struct embedded_child *child, struct postgres_programs *programs) {
    int major = embedded_cluster_number(child->folder, "PG_VERSION");
    if (!postgres_programs_find(programs, child->bindir, major)) {
        log_error("PostgreSQL's server programs (initdb, postgres) are not in %s: apt-get install "
                  "postgresql, or set DATABASE_URL to use a server elsewhere",
                  *child->bindir ? child->bindir : "/usr/lib/postgresql or PATH");
        return false;
    }
    if (major > 0 && programs->major != major) {
        log_error("%s was made by PostgreSQL %d, but %s has version %d: apt-get install "
                  "postgresql-%d, or move the data with pg_dump, or set UNDERSTOOD_DATA_DIR to a "
                  "new folder",
                  child->folder->cluster, major, programs->dir, programs->major, major);
        return false;
    }
    return true;
}

/* True for a postmaster that somebody started by hand in our folder: ours all hold the lock. */
static bool runs_in_cluster(const struct embedded_child *child, int number) {
    char link[64];
    char at[PATH_MAX] = "";
    snprintf(link, sizeof link, "/proc/%d/cwd", number);
    return readlink(link, at, sizeof at - 1) > 0 && strcmp(at, child->folder->cluster) == 0;
}

/*
 * PostgreSQL believes lock files that name a living process, also when that is another program
 * which has the number now, as happens in containers, or a zombie. We know better: we hold the lock
 * that all processes of ours inherit.
 */
static void remove_stale_files(const struct embedded_child *child) {
    int number = embedded_cluster_number(child->folder, "postmaster.pid");
    if (number == 0 || runs_in_cluster(child, number)) {
        return;
    }
    char path[EMBEDDED_PATH_SIZE];
    embedded_cluster_path(child->folder, "postmaster.pid", path);
    unlink(path);
    snprintf(path, sizeof path, "%s/" SOCKET_NAME ".lock", child->folder->socket_dir);
    unlink(path);
}

static bool spawn_postgres(struct embedded_child *child, const struct postgres_programs *programs,
                           int lock) {
    const struct embedded_folder *folder = child->folder;
    char sockets[EMBEDDED_PATH_SIZE];
    snprintf(sockets, sizeof sockets, "unix_socket_directories=\"%s\"", folder->socket_dir);
    const char *data = folder->out_of_reach ? INHERITED_FOLDER : folder->cluster;
    /* clang-format off */
    char *arguments[] = {
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
    return spawn(child, &start);
}

bool embedded_child_start(struct embedded_child *child, int lock) {
    struct postgres_programs programs = {0};
    bool exists = embedded_cluster_number(child->folder, "PG_VERSION") > 0;
    if (!find_programs(child, &programs) || !embedded_folder_make_socket_dir(child->folder) ||
        (!exists && !make_cluster(child, &programs, lock))) {
        return false;
    }
    remove_stale_files(child);
    return spawn_postgres(child, &programs, lock);
}

bool embedded_child_ended(struct embedded_child *child) {
    int status;
    if (!has_ended(child, &status)) {
        return false;
    }
    log_end(child, "postgres");
    return true;
}

void embedded_child_reap(struct embedded_child *child) {
    int status;
    has_ended(child, &status);
}
