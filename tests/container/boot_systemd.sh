#!/bin/sh
# Boots the Debian in folder $1 with systemd as process 1, in namespaces of its own; ends with systemd. As root.
set -eu
if [ "$2" = outside ]; then
    groups=/sys/fs/cgroup
    [ -e $groups/cgroup.controllers ] || groups=$groups/systemd
    mkdir -p "$groups/understood-test-$$"
    echo $$ >"$groups/understood-test-$$/cgroup.procs"
    exec unshare --mount --pid --fork --ipc --uts --net --cgroup --kill-child=SIGKILL sh "$0" "$1" inside
fi
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm run/outside
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs tmpfs dev/shm
mount -t sysfs -o ro sysfs sys
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mount -t cgroup2 cgroup2 sys/fs/cgroup
else
    mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
    mkdir sys/fs/cgroup/systemd
    mount -t cgroup -o none,name=systemd systemd sys/fs/cgroup/systemd
fi
pivot_root . run/outside
umount -l /run/outside
# As outside a container: services get their credentials through mounts.
mount --make-rshared /
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --show-status=no
