#include "store/embedded_postgres.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/log.h"
#include "base/time.h"
#include "store/embedded_child.h"
#include "store/embedded_lock.h"
#include "store/embedded_probe.h"

#define START_LIMIT_US     (300 * US_PER_SECOND) /* recovery after a crash may take a while */
#define ANSWER_LIMIT_US    (60 * US_PER_SECOND)  /* of one that is already running */
#define NOTICE_INTERVAL_US (10 * US_PER_SECOND)
#define IMMEDIATE_LIMIT_US US_PER_SECOND
#define POLL_INTERVAL_US   10000
#define CONNINFO_SIZE      (PATH_MAX + 128)

struct embedded_postgres {
    struct embedded_folder folder;
    struct embedded_options options;
    struct embedded_child child;
    int lock;         /* the lock file; our locks are bound to it */
    pid_t postmaster; /* known once it has proved to serve our folder */
    char conninfo[CONNINFO_SIZE];
};

static void wait_a_little(void) {
    usleep(POLL_INTERVAL_US);
}

static bool interrupted(const struct embedded_postgres *postgres) {
    return postgres->options.interrupted && postgres->options.interrupted();
}

/* ---- starting ---- */

/* Starts PostgreSQL unless one of ours lives already; false, logged, when that fails. */
static bool start_unless_running(struct embedded_postgres *postgres) {
    int lock = embedded_lock_open(postgres->folder.lock);
    bool started = true;
    if (lock >= 0 && embedded_lock_try(lock, LOCK_POSTGRES)) {
        started = embedded_child_start(&postgres->child, lock);
    }
    if (lock >= 0) {
        close(lock); /* a child keeps it held */
    }
    return started;
}

static enum embedded_answer next_answer(struct embedded_postgres *postgres) {
    if (interrupted(postgres) || embedded_child_ended(&postgres->child)) {
        return EMBEDDED_UNUSABLE;
    }
    enum embedded_answer answer = embedded_probe(&postgres->folder);
    /* One that was dying when we looked is gone by now: then it is ours to start. */
    if (answer == EMBEDDED_SILENT && postgres->child.id == 0 && !start_unless_running(postgres)) {
        return EMBEDDED_UNUSABLE;
    }
    return answer;
}

/* The answer that ends the waiting: not EMBEDDED_SILENT unless it took too long. */
static enum embedded_answer wait_answer(struct embedded_postgres *postgres) {
    int64_t begin_us = time_monotonic_us();
    int64_t notice_us = begin_us + NOTICE_INTERVAL_US;
    enum embedded_answer answer;
    while ((answer = next_answer(postgres)) == EMBEDDED_SILENT) {
        int64_t now_us = time_monotonic_us();
        if (now_us > begin_us + (postgres->child.id ? START_LIMIT_US : ANSWER_LIMIT_US)) {
            break;
        }
        if (now_us > notice_us) {
            log_info("still waiting for PostgreSQL to start (see %s)", postgres->folder.log);
            notice_us = now_us + NOTICE_INTERVAL_US;
        }
        wait_a_little();
    }
    return answer;
}

static bool wait_ready(struct embedded_postgres *postgres) {
    enum embedded_answer answer = wait_answer(postgres);
    if (answer == EMBEDDED_SILENT) {
        log_error("a PostgreSQL runs on %s but does not answer at %s: see %s, stop it, then start "
                  "again",
                  postgres->folder.cluster, postgres->folder.socket_dir, postgres->folder.log);
    }
    if (answer != EMBEDDED_READY) {
        embedded_child_kill(&postgres->child);
    }
    return answer == EMBEDDED_READY;
}

/* Variables such as PGOPTIONS or PGSERVICE are meant for other servers. */
static void forget_libpq_variables(void) {
    static const char *const names[] = {"PGOPTIONS", "PGSERVICE",  "PGHOSTADDR",
                                        "PGSSLMODE", "PGPASSWORD", "PGTARGETSESSIONATTRS"};
    for (size_t i = 0; i < COUNT(names); i++) {
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
    postgres->child = (struct embedded_child){.folder = &postgres->folder,
                                              .bindir = options->bindir,
                                              .interrupted = options->interrupted};
    forget_libpq_variables();
    if (!bring_up(postgres)) {
        free_postgres(postgres);
        return NULL;
    }
    postgres->postmaster = embedded_cluster_number(&postgres->folder, "postmaster.pid");
    snprintf(postgres->conninfo, sizeof postgres->conninfo,
             "host='%s' port=5432 dbname=" EMBEDDED_DATABASE " user=" EMBEDDED_DATABASE,
             postgres->folder.socket_dir);
    return postgres;
}

const char *embedded_postgres_conninfo(const struct embedded_postgres *postgres) {
    return postgres->conninfo;
}

void embedded_postgres_tend(struct embedded_postgres *postgres) {
    embedded_child_ended(&postgres->child);
    if (postgres->child.id > 0 || !embedded_lock_try(postgres->lock, LOCK_START)) {
        return;
    }
    if (start_unless_running(postgres) && postgres->child.id > 0) {
        log_info("started PostgreSQL again");
        postgres->postmaster = postgres->child.id;
    }
    embedded_lock_release(postgres->lock, LOCK_START);
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
    embedded_child_reap(&postgres->child);
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
