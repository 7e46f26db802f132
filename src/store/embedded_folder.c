#include "store/embedded_folder.h"

#include <errno.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/parse.h"

#define SOCKET_PATH_BYTES_MAX 100
#define SOCKET_NAME           "/.s.PGSQL.5432"
#define DIR_BYTES_MAX         (PATH_MAX - 64) /* room for the names below it */
#define HASH_SIZE             8

static bool set_user(struct embedded_user *user, const struct passwd *entry) {
    user->uid = entry->pw_uid;
    user->gid = entry->pw_gid;
    user->other = entry->pw_uid != geteuid();
    snprintf(user->name, sizeof user->name, "%s", entry->pw_name);
    return true;
}

/* As root: the owner of what is there, else postgres. */
static bool choose_user_as_root(struct embedded_folder *folder) {
    struct stat found;
    bool exists = stat(folder->cluster, &found) == 0;
    const struct passwd *entry = exists ? getpwuid(found.st_uid) : getpwnam("postgres");
    if (exists && (!entry || found.st_uid == 0)) {
        log_error("%s belongs to user id %u, as which PostgreSQL cannot run: chown -R postgres it",
                  folder->cluster, (unsigned)found.st_uid);
        return false;
    }
    if (!entry) {
        log_error("there is no user postgres, as which PostgreSQL would run instead of root: "
                  "apt-get install postgresql, or set DATABASE_URL");
        return false;
    }
    return set_user(&folder->user, entry);
}

static bool choose_user(struct embedded_folder *folder) {
    if (geteuid() == 0) {
        return choose_user_as_root(folder);
    }
    const struct passwd *entry = getpwuid(geteuid());
    if (!entry) {
        log_error("user id %u has no name in /etc/passwd, and PostgreSQL refuses to run without "
                  "one: run as a named user (useradd), or set DATABASE_URL",
                  (unsigned)geteuid());
        return false;
    }
    struct stat found;
    if (stat(folder->cluster, &found) == 0 && found.st_uid != geteuid()) {
        log_error(
            "%s belongs to another user (id %u): run as that user, or set UNDERSTOOD_DATA_DIR "
            "to a folder of your own",
            folder->cluster, (unsigned)found.st_uid);
        return false;
    }
    return set_user(&folder->user, entry);
}

/* mkdir -p. */
static bool make_folders(const char *path) {
    char partial[PATH_MAX];
    snprintf(partial, sizeof partial, "%s", path);
    for (char *slash = partial + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(partial, 0755);
        *slash = '/';
    }
    return mkdir(partial, 0755) == 0 || errno == EEXIST;
}

/* Asks as user itself: permissions, ACLs and mounts have the last word. */
static bool user_can_enter(const struct embedded_folder *folder) {
    if (!folder->user.other) {
        return true;
    }
    pid_t child = fork();
    if (child == 0) {
        bool entered = setgroups(1, &folder->user.gid) == 0 && setgid(folder->user.gid) == 0 &&
                       setuid(folder->user.uid) == 0 && access(folder->dir, X_OK) == 0;
        _exit(entered ? 0 : 1);
    }
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* libpq and PostgreSQL split lists at commas and quote otherwise; such paths are not worth it. */
static bool good_for_socket(const char *path) {
    return strlen(path) + strlen(SOCKET_NAME) <= SOCKET_PATH_BYTES_MAX &&
           !strpbrk(path, ",'\"\\ \n");
}

static void choose_socket_dir(struct embedded_folder *folder) {
    snprintf(folder->socket_dir, sizeof folder->socket_dir, "%.*s/run", DIR_BYTES_MAX, folder->dir);
    if (good_for_socket(folder->socket_dir) && !folder->out_of_reach) {
        return;
    }
    unsigned char hash[crypto_generichash_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)folder->dir, strlen(folder->dir),
                       NULL, 0);
    char name[HASH_SIZE * 2 + 1];
    sodium_bin2hex(name, sizeof name, hash, HASH_SIZE);
    snprintf(folder->socket_dir, sizeof folder->socket_dir, "%s/understood-%u-%s",
             access("/run", W_OK) == 0 ? "/run" : "/tmp", (unsigned)folder->user.uid, name);
}

static void set_paths(struct embedded_folder *folder) {
    const struct {
        char *path;
        const char *name;
    } paths[] = {
        {folder->lock, "lock"},
        {folder->log, "postgres.log"},
        {folder->cluster, "postgres"},
        {folder->partial, "postgres.partial"},
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        snprintf(paths[i].path, PATH_MAX, "%.*s/%s", DIR_BYTES_MAX, folder->dir, paths[i].name);
    }
}

bool embedded_folder_open(struct embedded_folder *folder, const char *data_dir) {
    if (!make_folders(data_dir) || !realpath(data_dir, folder->dir)) {
        log_error("could not make the data folder %s: %s; set UNDERSTOOD_DATA_DIR to another, or "
                  "DATABASE_URL to use a server elsewhere",
                  data_dir, strerror(errno));
        return false;
    }
    if (strlen(folder->dir) > DIR_BYTES_MAX) {
        log_error("the path of the data folder is too long: %s", folder->dir);
        return false;
    }
    set_paths(folder);
    if (!choose_user(folder)) {
        return false;
    }
    folder->out_of_reach = !user_can_enter(folder);
    choose_socket_dir(folder);
    return true;
}

bool embedded_folder_make_socket_dir(const struct embedded_folder *folder) {
    const char *path = folder->socket_dir;
    bool made = mkdir(path, 0700) == 0;
    if (made && folder->user.other && lchown(path, folder->user.uid, folder->user.gid)) {
        log_error("could not give %s to %s: %s", path, folder->user.name, strerror(errno));
        return false;
    }
    struct stat found;
    if (lstat(path, &found) || !S_ISDIR(found.st_mode) || found.st_uid != folder->user.uid ||
        (found.st_mode & 0777) != 0700) {
        log_error("the folder for the database's socket, %s, should be a folder with mode 0700 "
                  "that belongs to %s: remove it and start again",
                  path, folder->user.name);
        return false;
    }
    return true;
}

void embedded_cluster_path(const struct embedded_folder *folder, const char *name,
                           char path[EMBEDDED_PATH_SIZE]) {
    snprintf(path, EMBEDDED_PATH_SIZE, "%s/%s", folder->cluster, name);
}

int embedded_cluster_number(const struct embedded_folder *folder, const char *name) {
    char path[EMBEDDED_PATH_SIZE];
    embedded_cluster_path(folder, name, path);
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

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk) {
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

bool embedded_folder_remove(const char *path) {
    const int open_folders_max = 16;
    return nftw(path, remove_entry, open_folders_max, FTW_DEPTH | FTW_PHYS) == 0 ||
           access(path, F_OK) != 0;
}
