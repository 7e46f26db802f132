#include "store/postgres_program.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

#define DEBIAN_PROGRAMS   "/usr/lib/postgresql/*/bin"
#define DEBIAN_MAJOR_AT   (sizeof "/usr/lib/postgresql/" - 1)
#define VERSION_BYTES_MAX 128
#define LOCK_DESCRIPTOR   3
#define FOLDER_DESCRIPTOR 4 /* as INHERITED_FOLDER says */
#define SPARE_DESCRIPTOR  10
#define CANNOT_RUN        127

/* ---- finding ---- */

static bool has_programs(const char *dir) {
    char postgres[PATH_MAX + 16];
    char initdb[PATH_MAX + 16];
    snprintf(postgres, sizeof postgres, "%s/postgres", dir);
    snprintf(initdb, sizeof initdb, "%s/initdb", dir);
    return access(postgres, X_OK) == 0 && access(initdb, X_OK) == 0;
}

/* The child's side: `postgres --version` into the pipe. */
static void print_version(const char *dir, int output) {
    char program[PATH_MAX + 16];
    snprintf(program, sizeof program, "%s/postgres", dir);
    dup2(output, STDOUT_FILENO);
    execl(program, "postgres", "--version", (char *)NULL);
    _exit(CANNOT_RUN);
}

/* "postgres (PostgreSQL) 15.14 (Debian ...)" -> 15; 0 when it says something else. */
static int ask_major(const char *dir) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) {
        return 0;
    }
    pid_t child = fork();
    if (child == 0) {
        print_version(dir, ends[1]);
    }
    close(ends[1]);
    char answer[VERSION_BYTES_MAX] = "";
    ssize_t length = read(ends[0], answer, sizeof answer - 1);
    close(ends[0]);
    waitpid(child, NULL, 0);
    const char *number = length > 0 ? strstr(answer, "(PostgreSQL) ") : NULL;
    return number ? (int)strtol(number + strlen("(PostgreSQL) "), NULL, 10) : 0;
}

static bool take_dir(struct postgres_programs *programs, const char *dir) {
    if (!has_programs(dir)) {
        return false;
    }
    snprintf(programs->dir, sizeof programs->dir, "%s", dir);
    programs->major = ask_major(dir);
    return true;
}

static bool find_debian(struct postgres_programs *programs, int major) {
    glob_t found = {0};
    const char *best = NULL;
    int best_major = 0;
    glob(DEBIAN_PROGRAMS, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        int candidate = (int)strtol(found.gl_pathv[i] + DEBIAN_MAJOR_AT, NULL, 10);
        bool better = best_major == 0 || candidate == major ||
                      (candidate > best_major && best_major != major);
        if (better && has_programs(found.gl_pathv[i])) {
            best = found.gl_pathv[i];
            best_major = candidate;
        }
    }
    if (best) {
        snprintf(programs->dir, sizeof programs->dir, "%s", best);
        programs->major = best_major;
    }
    globfree(&found);
    return best_major > 0;
}

static bool find_in_path(struct postgres_programs *programs) {
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t length = strcspn(path, ":");
        char dir[PATH_MAX];
        snprintf(dir, sizeof dir, "%.*s", (int)length, path);
        if (length > 0 && take_dir(programs, dir)) {
            return true;
        }
        path += length + (path[length] == ':');
    }
    return false;
}

bool postgres_programs_find(struct postgres_programs *programs, const char *bindir, int major) {
    if (*bindir) {
        return take_dir(programs, bindir);
    }
    return find_debian(programs, major) || find_in_path(programs);
}

/* ---- running; between fork and exec only calls that are safe there ---- */

static void reset_signals(void) {
    for (int number = 1; number < NSIG; number++) {
        signal(number, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool become_user(const struct embedded_user *user) {
    return !user->other ||
           (setgroups(1, &user->gid) == 0 && setgid(user->gid) == 0 && setuid(user->uid) == 0);
}

/* Leaves 0 nothing, 1 and 2 the log, 3 the lock, 4 the folder, and closes all others. */
static bool arrange_descriptors(int log, int lock, int folder) {
    int spare_lock = fcntl(lock, F_DUPFD, SPARE_DESCRIPTOR);
    int spare_folder = folder < 0 ? -1 : fcntl(folder, F_DUPFD, SPARE_DESCRIPTOR);
    int nothing = open("/dev/null", O_RDONLY);
    return dup2(nothing, STDIN_FILENO) >= 0 && dup2(log, STDOUT_FILENO) >= 0 &&
           dup2(log, STDERR_FILENO) >= 0 && dup2(spare_lock, LOCK_DESCRIPTOR) >= 0 &&
           (folder < 0 || dup2(spare_folder, FOLDER_DESCRIPTOR) >= 0) &&
           close_range(folder < 0 ? FOLDER_DESCRIPTOR : FOLDER_DESCRIPTOR + 1, ~0U, 0) == 0;
}

static void run_program(const struct postgres_start *start, int log, int folder) {
    static char *const environment[] = {"LC_ALL=C", "TZ=UTC", "PATH=/usr/bin:/bin", NULL};
    setsid();
    reset_signals();
    if (arrange_descriptors(log, start->lock, folder) && become_user(&start->folder->user) &&
        chdir("/") == 0) {
        execve(start->arguments[0], start->arguments, environment);
    }
    _exit(CANNOT_RUN);
}

pid_t postgres_spawn(const struct postgres_start *start) {
    int log = open(start->folder->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    int folder = -1;
    if (start->folder->out_of_reach && start->data) {
        folder = open(start->data, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    char program[PATH_MAX + 16];
    snprintf(program, sizeof program, "%s/%s", start->programs->dir, start->arguments[0]);
    start->arguments[0] = program; /* they find their library beside themselves */
    pid_t child = log < 0 ? -1 : fork();
    if (child == 0) {
        run_program(start, log, folder);
    }
    if (child < 0) {
        log_error("could not run %s: %s", program, strerror(errno));
    }
    if (log >= 0) {
        close(log);
    }
    if (folder >= 0) {
        close(folder);
    }
    return child;
}
