/* Where an embedded database lives, and as whom its processes run. */
#ifndef STORE_EMBEDDED_FOLDER_H
#define STORE_EMBEDDED_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define EMBEDDED_PATH_SIZE (PATH_MAX + 64) /* of a file in one of the folders */

/* PostgreSQL refuses root: then its processes run as another user. */
struct embedded_user {
    uid_t uid;
    gid_t gid;
    bool other; /* than ours */
    char name[64];
};

struct embedded_folder {
    struct embedded_user user;
    char dir[PATH_MAX]; /* [data] dir, absolute */
    char lock[PATH_MAX];
    char log[PATH_MAX];
    char cluster[PATH_MAX];    /* PostgreSQL's own data directory */
    char partial[PATH_MAX];    /* the same while it is being made */
    char socket_dir[PATH_MAX]; /* dir/run, or a folder in /run or /tmp when that path is no good */
    bool out_of_reach; /* user may not enter a folder above dir (such as /root): reach it by an
                          inherited descriptor */
};

/* Fills folder and makes dir; false, having logged what to do, when it cannot be used. */
bool embedded_folder_open(struct embedded_folder *folder, const char *data_dir);

/* Makes the folder for the socket, for user alone; false, having logged why. */
bool embedded_folder_make_socket_dir(const struct embedded_folder *folder);

/* The path of a file of the cluster. */
void embedded_cluster_path(const struct embedded_folder *folder, const char *name,
                           char path[EMBEDDED_PATH_SIZE]);

/* The whole number that is the first line of a file of the cluster; 0 when there is none. */
int embedded_cluster_number(const struct embedded_folder *folder, const char *name);

/* Removes a folder and all in it; true when nothing is left. */
bool embedded_folder_remove(const char *path);

#endif
